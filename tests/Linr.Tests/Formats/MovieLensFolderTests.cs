using System.Text;
using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class MovieLensFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_csv_form_is_read()
    {
        _folder.Write("movies.csv", """
            movieId,title,genres
            1,Toy Story (1995),Adventure|Animation
            11,"American President, The (1995) ",Comedy
            171749,Death Note: Desu nôto (2006–2007),(no genres listed)

            """);
        _folder.Write("ratings.csv", "userId,movieId,rating,timestamp\n1,11,4.5,964982703\n");
        MovieLensFolder folder = MovieLensFolder.Find(_folder.Root)!;
        Item[] items = [.. folder.ReadItems()];
        Assert.Equal(IdKind.Integer, folder.Schema.IdKind);
        Assert.Equal([1, 11, 171749], items.Select(item => item.Id));
        Assert.Equal([Value.OfText("Toy Story (1995)")], items[0].Fields["title"]);
        Assert.Equal(["Adventure", "Animation"], items[0].Fields["genres"]);
        Assert.Equal([1995L], items[1].Fields["year"]);
        Assert.Equal(["title"], items[2].Fields.Keys);
        Assert.Equal([new Interaction(1, 11, 964_982_703_000_000, 4.5f)], folder.ReadInteractions());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_double_colon_form_is_read_in_both_encodings(bool latin1)
    {
        const string movies = "0002844::Fantômas: \"À l'ombre\" (1913)::Crime|Drama\n0054890::X::\n";
        _folder.Write("movies.dat", (latin1 ? Encoding.Latin1 : Encoding.UTF8).GetBytes(movies));
        _folder.Write("ratings.dat", "1::0054890::9::1381945744\n2::0002844::10::1382400295\n");
        MovieLensFolder folder = MovieLensFolder.Find(_folder.Root)!;
        Item[] items = [.. folder.ReadItems()];
        Assert.Equal(["0002844", "0054890"], items.Select(item => item.Id));
        Assert.Equal([Value.OfText("Fantômas: \"À l'ombre\" (1913)")], items[0].Fields["title"]);
        Assert.Equal(["Crime", "Drama"], items[0].Fields["genres"]);
        Assert.Equal([1913L], items[0].Fields["year"]);
        Assert.Equal(["title"], items[1].Fields.Keys);
        Assert.Equal(
            [
                new Interaction(1, "0054890", 1_381_945_744_000_000, 9),
                new Interaction(2, "0002844", 1_382_400_295_000_000, 10),
            ],
            folder.ReadInteractions());
    }

    [Fact]
    public void Another_folder_is_none()
    {
        _folder.Write("ratings.csv", "userId,movieId,rating,timestamp\n");
        Assert.Null(MovieLensFolder.Find(_folder.Root));
    }

    [Theory]
    [InlineData("Toy Story (1995)", 1995)]
    [InlineData("Twelve Monkeys (a.k.a. 12 Monkeys) (1995)  ", 1995)]
    [InlineData("1984", null)]
    [InlineData("(1995) Story", null)]
    [InlineData("Babylon 5", null)]
    [InlineData("Show (2006-2007)", null)]
    [InlineData("(19a5)", null)]
    [InlineData("", null)]
    public void The_year_is_at_the_end_of_the_title(string title, int? year)
        => Assert.Equal(year, MovieLensFolder.YearOf(title));
}
