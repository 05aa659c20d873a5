using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class InteractionFileTests : IDisposable
{
    private const long Second = 1_000_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_csv_with_well_known_names_needs_no_options()
    {
        string path = _folder.Write(
            "ratings.csv", "userId,movieId,rating,timestamp\n1,10,4.5,964982703\n2,11,3,964982704\n");
        Assert.Equal(
            [
                new Interaction(1, 10, 964982703 * Second, 4.5f),
                new Interaction(2, 11, 964982704 * Second, 3),
            ],
            InteractionFile.Read(path));
    }

    [Theory]
    [InlineData("a.csv", "user,item\nann,x\n")]
    [InlineData("a.csv", "\uFEFFuser,item\r\nann,x\r\n")]
    [InlineData("a.csv", "user,item\n\n\nann,x")]
    [InlineData("a.csv", "\"user\",\"item\"\n\"ann\",\"x\"\n")]
    [InlineData("a.csv", "ann,x\n")]
    [InlineData("a.tsv", "item\tuser_id\nx\tann\n")]
    [InlineData("a.csv.gz", "user,item\nann,x\n")]
    [InlineData("a.jsonl", "{\"user\":\"ann\",\"item\":\"x\",\"more\":{\"a\":[1]}}\n")]
    [InlineData("a.jsonl", "\n{\"item\":\"x\",\"user\":\"\\u0061nn\"}")]
    public void The_same_interaction_comes_from_every_spelling(string name, string text)
        => Assert.Equal([new Interaction("ann", "x")], InteractionFile.Read(_folder.Write(name, text)));

    [Fact]
    public void Columns_may_be_stated_by_name_or_place()
    {
        string named = _folder.Write("named.csv", "who,what,when\n7,8,2024-05-06T07:08:09Z\n");
        var byName = new InteractionOptions { User = "who", Item = "what", Time = "when" };
        string bare = _folder.Write("bare.csv", "1714979289000,8,7\n");
        var byPlace = new InteractionOptions { User = "#3", Item = "#2", Time = "#1" };
        Interaction expected = new(7, 8, 1714979289 * Second);
        Assert.Equal([expected], InteractionFile.Read(named, byName));
        Assert.Equal([expected], InteractionFile.Read(bare, byPlace));
    }

    [Fact]
    public void Without_a_header_the_columns_are_user_item_time_weight()
    {
        string path = _folder.Write("bare.csv", "1,2,100,0.5\n");
        Assert.Equal([new Interaction(1, 2, 100 * Second, 0.5f)], InteractionFile.Read(path));
    }

    [Fact]
    public void Ids_are_integers_only_when_all_of_the_sample_are_written_plainly()
    {
        string zeros = _folder.Write("zeros.csv", "1,0054\n2,54\n");
        InteractionOptions found = InteractionFile.Resolve(zeros);
        Assert.Equal(IdKind.Integer, found.UserIdKind);
        Assert.Equal(IdKind.Text, found.ItemIdKind);
        Assert.Equal([new Interaction(1, "0054"), new Interaction(2, "54")], InteractionFile.Read(zeros));
    }

    [Fact]
    public void Time_may_be_ignored()
    {
        string path = _folder.Write("a.csv", "user,item,time\n1,2,not a time\n");
        var options = new InteractionOptions { IgnoreTime = true };
        Assert.Equal([new Interaction(1, 2)], InteractionFile.Read(path, options));
    }

    [Fact]
    public void Bad_rows_are_counted_and_the_first_are_shown()
    {
        string rows = string.Concat(
            Enumerable.Range(0, 50).Select(row => row % 2 == 0 ? $"1,{row}\n" : $"1,{row},7\n"));
        string path = _folder.Write("a.csv", "user,item\n" + rows);
        var report = new ReadReport();
        int good = InteractionFile.Read(path, new InteractionOptions { SkipBadRows = true }, report).Count();
        Assert.Equal(25, good);
        Assert.Equal(25, report.Rows);
        Assert.Equal(25, report.BadRows);
        Assert.Equal(ReadReport.FirstBadMax, report.FirstBad.Count);
        Assert.Equal(3, report.FirstBad[0].Position);
    }

    [Fact]
    public void Reading_allocates_next_to_nothing_a_row()
    {
        const int rows = 20_000;
        string path = _folder.Write("a.csv", "user,item,time,weight\n" + string.Concat(
            Enumerable.Range(0, rows).Select(row => $"user{row % 100},item{row % 300},{row},{row % 5}.5\n")));
        InteractionOptions options = InteractionFile.Resolve(path);
        Assert.Equal(rows, InteractionFile.Read(path, options).Count());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(rows, InteractionFile.Read(path, options).Count());
        long perPass = GC.GetAllocatedBytesForCurrentThread() - before;
        // A pass has its buffers and its string pool (about 1 MiB), and no row adds to them.
        Assert.InRange(perPass, 0, 3L * 1024 * 1024);
    }
}
