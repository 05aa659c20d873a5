using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class MalformedInteractionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "user,item\n1,2,3\n", ", line 2: expected 2 columns; found 3.")]
    [InlineData("a.csv", "user,item\n1,\n", ", line 2, column \"item\": expected an integer id; found no value.")]
    [InlineData("a.csv", "user,item,time\n1,2,soon\n",
        ", line 2, column \"time\": expected a time (ISO 8601, or a number since 1970); found \"soon\".")]
    [InlineData("a.csv", "user,item,weight\n1,2,NaN\n",
        ", line 2, column \"weight\": expected a finite number; found \"NaN\".")]
    [InlineData("a.csv", "user,item,weight\n1,2,1e99\n",
        ", line 2, column \"weight\": expected a finite number; found \"1e99\".")]
    [InlineData("a.csv", "user,item\n\"1\"x,2\n",
        ", line 2: expected a delimiter or the end of the line after a closing quote; found other text.")]
    [InlineData("a.csv", "user,item\n\"1,2\n", ", line 2: expected a closing quote; found the end of the file.")]
    [InlineData("a.csv", "user,item\n\"a\nb\",2\n1,2,3\n", ", line 4: expected 2 columns; found 3.")]
    [InlineData("a.csv", "name,item\n1,2\n", ": expected a column of the user (named user, userid, uid, customer, "
        + "customerid, session, sessionid, query, queryid, or say which); found name, item.", true)]
    [InlineData("a.csv", "", ": expected a column of the user (named user, userid, uid, customer, "
        + "customerid, session, sessionid, query, queryid, or say which); found no column.")]
    [InlineData("a.txt", "1,2\n", ": expected a file name that ends in .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, "
        + ".feather, .npy, .fvecs, .bvecs or .ivecs (or a stated format); found .txt.")]
    [InlineData("a.npy", "1,2\n", ": expected a file of rows and columns; found the format Npy.")]
    [InlineData("a.jsonl", "{\"user\":1,\"item\":2}\n[1]\n", ", line 2: expected a JSON object; found an array.")]
    [InlineData("a.jsonl", "{\"user\":1,\"item\":2}\n{\"user\":1,\n",
        ", line 2: expected a JSON object; found invalid JSON at byte 10 of the line.")]
    [InlineData("a.jsonl", "{\"user\":1,\"item\":2}\n{\"user\":1,\"item\":2}}\n",
        ", line 2: expected a JSON object; found invalid JSON at byte 20 of the line.")]
    [InlineData("a.jsonl", "{\"user\":1,\"item\":2,\"item\":3}\n",
        ", line 1, column \"item\": expected each property once; found it again.")]
    [InlineData("a.jsonl", "{\"user\":1,\"item\":[2,3]}\n",
        ", line 1, column \"item\": expected an integer id; found 2 values.")]
    [InlineData("a.jsonl", "{\"user\":1,\"item\":2}\n{\"user\":true,\"item\":2}\n",
        ", line 2, column \"user\": expected an id of 1 to 512 bytes of UTF-8; found true.")]
    public void A_bad_file_says_where_what_was_expected_and_what_was_found(
        string name, string text, string message, bool header = false)
    {
        string path = _folder.Write(name, text);
        var options = new InteractionOptions { Delimited = new DelimitedOptions { HasHeader = header ? true : null } };
        DataFormatException error = Assert.Throws<DataFormatException>(
            () => InteractionFile.Read(path, options).Count());
        Assert.Equal(path + message, error.Message);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        string path = _folder.Write("a.csv", [.. "user,item\nann,"u8, 0xE9, (byte)'\n']);
        DataFormatException error = Assert.Throws<DataFormatException>(() => InteractionFile.Read(path).Count());
        Assert.Equal("item", error.Column);
        Assert.Equal("an id of 1 to 512 bytes of UTF-8", error.Expected);
        var latin = new InteractionOptions { Delimited = new DelimitedOptions { Latin1 = true } };
        Assert.Equal([new Interaction("ann", "é")], InteractionFile.Read(path, latin));
    }

    [Fact]
    public void Utf16_is_named()
    {
        string path = _folder.Write("a.csv", [0xFF, 0xFE, .. "u\0s\0"u8]);
        DataFormatException error = Assert.Throws<DataFormatException>(() => InteractionFile.Read(path).Count());
        Assert.Equal($"{path}: expected UTF-8 text; found a UTF-16 byte order mark.", error.Message);
    }

    [Fact]
    public void Gzip_that_is_none_is_named()
    {
        string path = _folder.Write("a.csv", "user,item\n1,2\n");
        File.Move(path, path + ".gz");
        DataFormatException error = Assert.Throws<DataFormatException>(
            () => InteractionFile.Read(path + ".gz").Count());
        Assert.Equal(
            $"{path}.gz: expected gzip data, as the name says; found something else or a damaged file.", error.Message);
    }

    [Theory]
    [InlineData("a.csv", "user,item\n1,2\n{0},3\n4,5\n")]
    [InlineData("a.jsonl", "{{\"user\":1,\"item\":2}}\n{{\"user\":\"{0}\",\"item\":3}}\n{{\"user\":4,\"item\":5}}\n")]
    public void A_row_over_the_limit_is_a_bad_row_and_reading_goes_on(string name, string form)
    {
        string text = string.Format(null, form, new string('7', 200_000));
        string path = _folder.Write(name, text);
        var report = new ReadReport();
        var options = new InteractionOptions { SkipBadRows = true, RowBytesMax = 100_000 };
        Assert.Equal([new Interaction(1, 2), new Interaction(4, 5)], InteractionFile.Read(path, options, report));
        DataFormatException error = Assert.Single(report.FirstBad);
        Assert.Equal("a row of at most 100000 bytes", error.Expected);
        Assert.Equal(name == "a.csv" ? 3 : 2, error.Position);
    }

    [Fact]
    public void An_open_quote_costs_its_own_row_only_when_the_rest_is_long()
    {
        string path = _folder.Write("a.csv", "user,item\n1,\"2\n" + string.Concat(Enumerable.Repeat("3,4\n", 50_000)));
        var report = new ReadReport();
        var options = new InteractionOptions { SkipBadRows = true, RowBytesMax = 70_000 };
        Assert.Equal(50_000, InteractionFile.Read(path, options, report).Count());
        Assert.Equal(1, report.BadRows);
    }
}
