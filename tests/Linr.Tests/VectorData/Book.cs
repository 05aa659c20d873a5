using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>A record with a property of every kind that filters know.</summary>
internal sealed class Book
{
    [VectorStoreKey]
    public int Key { get; set; }

    [VectorStoreData(IsIndexed = true)]
    public string? Title { get; set; }

    [VectorStoreData(StorageName = "pages")]
    public int Pages { get; set; }

    [VectorStoreData]
    public int? Edition { get; set; }

    [VectorStoreData]
    public double Price { get; set; }

    [VectorStoreData]
    public short Shelf { get; set; }

    [VectorStoreData]
    public bool IsLent { get; set; }

    [VectorStoreData]
    public DateTimeOffset? Bought { get; set; }

    [VectorStoreData]
    public string[]? Tags { get; set; }

    [VectorStoreData]
    public List<int>? Ratings { get; set; }

    [VectorStoreData]
    public string? Text { get; set; }

    [VectorStoreVector(3)]
    public ReadOnlyMemory<float>? Vector { get; set; }

    // Before the books: static values are made in this order.
    public static DateTimeOffset Day { get; } = new(2024, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));

    public static Book[] Some { get; } =
    [
        new() { Key = 1, Title = "foo", Pages = 8, Edition = 1, Price = 1.5, Shelf = 3, IsLent = true, Tags = ["x", "y"] },
        new() { Key = 2, Title = "bar", Pages = 9, Edition = null, Price = 2, Shelf = 4, Tags = ["a"], Ratings = [1, 5] },
        new() { Key = 3, Title = "foo", Pages = 9, Edition = 2, Price = 2.5, Shelf = -1, IsLent = true, Tags = [] },
        new() { Key = 4, Title = null, Pages = 10, Price = -1, Tags = ["x", "y", "z"], Ratings = [3], Bought = Day },
        new() { Key = 5, Title = "with $om[ specia]\"'\\", Pages = 11, Edition = 1, Tags = null, Ratings = [], Text = "t" },
        new() { Key = 6, Title = string.Empty, Pages = int.MaxValue, Tags = ["y", "x"], Bought = Day.AddHours(5) },
    ];

    static Book()
    {
        foreach (Book book in Some)
        {
            book.Vector = new float[] { book.Key, 1, 2 };
        }
    }
}
