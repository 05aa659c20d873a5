using System.Globalization;
using System.Text;
using CsCheck;
using Linr.Formats;
using Linr.Formats.Rows;

namespace Linr.Tests.Formats;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("2024-02-29", 1_709_164_800_000_000)]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1969-12-31 23:59:59.5", -500_000)]
    [InlineData("2024-05-06T07:08", 1_714_979_280_000_000)]
    [InlineData("2024-05-06T09:08:09+02:00", 1_714_979_289_000_000)]
    [InlineData("2024-05-06T02:38:09-0430", 1_714_979_289_000_000)]
    [InlineData("2024-05-06T09:08:09.1234567+02", 1_714_979_289_123_456)]
    public void Iso_dates_are_read(string text, long microseconds)
    {
        Assert.True(TimeText.TryIso(Encoding.UTF8.GetBytes(text), out long found));
        Assert.Equal(microseconds, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2024")]
    [InlineData("2024-2-9")]
    [InlineData("2023-02-29")]
    [InlineData("2024-13-01")]
    [InlineData("0000-01-01")]
    [InlineData("2024-01-01T")]
    [InlineData("2024-01-01X10:00")]
    [InlineData("2024-01-01T24:00")]
    [InlineData("2024-01-01T10:60")]
    [InlineData("2024-01-01T10:00:")]
    [InlineData("2024-01-01T10:00:00.")]
    [InlineData("2024-01-01T10:00:00 Z")]
    [InlineData("2024-01-01T10:00:00+")]
    [InlineData("2024-01-01T10:00:00+02:")]
    [InlineData("2024-01-01T10:00:00+02:00Z")]
    [InlineData("2024-01-01T10:00:00+99:00")]
    [InlineData("01/02/2024")]
    public void Other_text_is_not(string text) => Assert.False(TimeText.TryIso(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Any_date_reads_as_the_platform_reads_it()
        => Gen.Select(
            Gen.DateTime[DateTime.UnixEpoch.AddYears(-1_900), DateTime.UnixEpoch.AddYears(7_000)],
            Gen.Int[-840, 840]).Sample((date, offset) =>
            {
                var expected = new DateTimeOffset(
                    DateTime.SpecifyKind(date, DateTimeKind.Unspecified), TimeSpan.FromMinutes(offset));
                string text = expected.ToString("O", CultureInfo.InvariantCulture);
                Assert.True(TimeText.TryIso(Encoding.UTF8.GetBytes(text), out long found));
                Assert.Equal(Value.ToMicroseconds(expected), found);
            });

    [Theory]
    [InlineData(TimeUnit.Auto, 964_982_703, 964_982_703_000_000)]
    [InlineData(TimeUnit.Auto, 964_982_703_123, 964_982_703_123_000)]
    [InlineData(TimeUnit.Auto, 964_982_703_123_456, 964_982_703_123_456)]
    [InlineData(TimeUnit.Milliseconds, 5, 5_000)]
    [InlineData(TimeUnit.Seconds, -5, -5_000_000)]
    public void Numbers_are_taken_in_their_unit(TimeUnit unit, long number, long microseconds)
    {
        Assert.True(TimeText.TryMicroseconds(Cell.OfInteger(number), unit, out long found));
        Assert.Equal(microseconds, found);
    }

    [Theory]
    [InlineData(TimeUnit.Seconds, long.MaxValue)]
    [InlineData(TimeUnit.Milliseconds, long.MinValue)]
    public void Numbers_that_do_not_fit_are_refused(TimeUnit unit, long number)
        => Assert.False(TimeText.TryMicroseconds(Cell.OfInteger(number), unit, out _));
}
