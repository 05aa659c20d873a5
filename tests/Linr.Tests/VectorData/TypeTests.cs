using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Every type of key, of data and of vectors comes back as it was, is filtered by, and may be null.</summary>
public sealed class TypeTests
{
    private static readonly MethodInfo s_indexer = typeof(Dictionary<string, object?>).GetMethod("get_Item")!;

    [Fact]
    public Task Strings() => TestAsync("foo", "bar");

    [Fact]
    public Task Booleans() => TestAsync(true, false);

    [Fact]
    public async Task Integers()
    {
        await TestAsync(sbyte.MinValue, (sbyte)9);
        await TestAsync(byte.MaxValue, (byte)9);
        await TestAsync(short.MinValue, (short)9);
        await TestAsync(ushort.MaxValue, (ushort)9);
        await TestAsync(int.MinValue, 9);
        await TestAsync(uint.MaxValue, 9u);
        await TestAsync(long.MinValue, 9L);
    }

    [Fact]
    public async Task Numbers()
    {
        await TestAsync(8.1f, float.MaxValue);
        await TestAsync(8.1, double.Epsilon);
        await TestAsync(8.1m, 123456789.012345m);
        await TestAsync(-0.000_000_1m, 1_000_000_000_000_000_000m);
    }

    [Fact]
    public async Task Moments()
    {
        await TestAsync(new DateTime(2020, 1, 1, 12, 30, 45), new DateTime(2021, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        await TestAsync(new DateTimeOffset(2020, 1, 1, 12, 30, 45, TimeSpan.FromHours(2)), DateTimeOffset.MaxValue.AddTicks(-9));
        await TestAsync(new DateOnly(2020, 1, 1), DateOnly.MaxValue);
        await TestAsync(new TimeOnly(12, 30, 45, 678), TimeOnly.MaxValue);
    }

    [Fact]
    public Task Guids() => TestAsync(new Guid("603840bf-cf91-4521-8b8e-8b6a2e75910a"), Guid.Empty);

    [Fact]
    public async Task Lists()
    {
        await TestAsync<string[]>(["foo", "bar", "foo"], ["foo", "bar"]);
        await TestAsync<List<string>>(["", "b"], ["b", ""]);
        await TestAsync<int[]>([3, 1, 3], []);
        await TestAsync<List<long>>([long.MaxValue], [1, 2]);
        await TestAsync<float[]>([1.5f], [1.5f, 1.5f]);
        await TestAsync<List<double>>([1.5], [2.5]);
        await TestAsync<bool[]>([true, false], [false, true]);
        await TestAsync<List<DateTimeOffset>>([DateTimeOffset.UnixEpoch], [DateTimeOffset.UnixEpoch.AddDays(1)]);
        await TestAsync<Guid[]>([Guid.Empty], [new Guid("603840bf-cf91-4521-8b8e-8b6a2e75910a")]);
        await TestAsync<decimal[]>([1.1m], [1.2m]);
    }

    [Fact]
    public async Task Bytes_are_kept_and_not_filtered_by()
    {
        using var place = new Place(isDurable: false);
        var collection = await FillAsync<byte[]>(place, [1, 2, 0], []);
        Assert.Equal<byte[]>([1, 2, 0], (byte[])(await collection.GetAsync(1))!["Value"]!);
        Assert.Equal<byte[]>([], (byte[])(await collection.GetAsync(2))!["Value"]!);
        Assert.Null((await collection.GetAsync(3))!["Value"]);
        byte[] value = [1, 2, 0];
        await Assert.ThrowsAsync<NotSupportedException>(
            async () => await collection.GetAsync(record => (byte[]?)record["Value"] == value, 1).ToListAsync());
    }

    [Theory]
    [InlineData(typeof(ulong))]
    [InlineData(typeof(TimeSpan))]
    [InlineData(typeof(Uri))]
    [InlineData(typeof(int?[]))]
    public void Other_types_are_refused_by_name(Type type)
    {
        using var place = new Place(isDurable: false);
        var error = Assert.Throws<NotSupportedException>(() => Collection(place, type));
        Assert.Contains("Property 'Value' has unsupported type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decimal_that_would_lose_digits_is_refused()
    {
        using var place = new Place(isDurable: false);
        var collection = Collection(place, typeof(decimal));
        await collection.EnsureCollectionExistsAsync();
        var error = await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync(Record(1, 1.234567890123456m)));
        Assert.Contains("'Value': expected a decimal of at most 15 significant digits", error.Message, StringComparison.Ordinal);
        await collection.UpsertAsync(Record(1, 1.23456789012345m));
        Assert.Equal(1.23456789012345m, (await collection.GetAsync(1))!["Value"]);
    }

    [Fact]
    public async Task Keys_may_be_of_four_types_and_guids_are_made_where_there_is_none()
    {
        await TestKeysAsync(new Guid("603840bf-cf91-4521-8b8e-8b6a2e75910a"), Guid.NewGuid());
        await TestKeysAsync("a key", "another");
        await TestKeysAsync(int.MinValue, 2);
        await TestKeysAsync(long.MaxValue, 2L);
        using var place = new Place(isDurable: false);
        var collection = place.Store.GetDynamicCollection("keys", Definition(typeof(Guid), typeof(int)));
        await collection.EnsureCollectionExistsAsync();
        Dictionary<string, object?>[] records =
        [
            new() { ["Vector"] = new float[3] }, new() { ["Key"] = Guid.Empty, ["Vector"] = new float[3] },
        ];
        await collection.UpsertAsync(records);
        Assert.Equal(2, records.Select(record => (Guid)record["Key"]!).Where(key => key != Guid.Empty).Distinct().Count());
        Assert.Equal(2, await collection.GetAsync(records.Select(record => record["Key"]!)).CountAsync());
        Assert.Throws<NotSupportedException>(() => place.Store.GetDynamicCollection("k", Definition(typeof(double), typeof(int))));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.GetAsync("no guid"));
    }

    [Fact]
    public async Task Vectors_may_be_of_three_types_and_null()
    {
        await TestVectorsAsync<ReadOnlyMemory<float>>(new float[] { 1, 2, 3 }, vector => vector);
        await TestVectorsAsync<ReadOnlyMemory<float>?>(new float[] { 1, 2, 3 }, vector => vector!.Value);
        await TestVectorsAsync<float[]>([1, 2, 3], vector => vector);
        await TestVectorsAsync(new Embedding<float>(new float[] { 1, 2, 3 }), vector => vector.Vector);
    }

    private static async Task TestVectorsAsync<T>(T value, Func<T, ReadOnlyMemory<float>> numbers)
    {
        using var place = new Place(isDurable: true);
        VectorStoreCollectionDefinition definition = new()
        {
            Properties =
            [
                new VectorStoreKeyProperty("Key", typeof(int)),
                new VectorStoreVectorProperty("Vector", typeof(T), 3),
                new VectorStoreVectorProperty("Other", typeof(T), 3) { IndexKind = IndexKind.QuantizedFlat },
            ],
        };
        var collection = place.Store.GetDynamicCollection("vectors", definition);
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([
            new() { ["Key"] = 1, ["Vector"] = value, ["Other"] = null },
            new() { ["Key"] = 2, ["Vector"] = null, ["Other"] = value },
        ]);
        Dictionary<string, object?> found = (await collection.GetAsync(1, new() { IncludeVectors = true }))!;
        Assert.Equal(numbers(value).ToArray(), numbers((T)found["Vector"]!).ToArray());
        Assert.Null(found["Other"]);
        Assert.False((await collection.GetAsync(1))!.ContainsKey("Vector"));
        var hit = await collection.SearchAsync(
            (object)value!, 9, new() { VectorProperty = record => record["Other"], IncludeVectors = true }).SingleAsync();
        Assert.Equal(2, hit.Record["Key"]);
        Assert.Equal(numbers(value).ToArray(), numbers((T)hit.Record["Other"]!).ToArray());
        await Assert.ThrowsAsync<InvalidOperationException>(() => collection.SearchAsync((object)value!, 1).ToListAsync().AsTask());
    }

    private static async Task TestKeysAsync<TKey>(TKey key, TKey other)
        where TKey : notnull
    {
        using var place = new Place(isDurable: true);
        var collection = place.Store.GetCollection<TKey, Keyed<TKey>>("keys");
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([new() { Key = key, Number = 8 }, new() { Key = other, Number = 9 }]);
        Assert.Equal(8, (await collection.GetAsync(key))!.Number);
        Assert.Equal(key, (await collection.GetAsync(record => record.Number == 8, 9).SingleAsync()).Key);
        ParameterExpression record = Expression.Parameter(typeof(Keyed<TKey>));
        var filter = Expression.Lambda<Func<Keyed<TKey>, bool>>(
            Expression.NotEqual(Expression.Property(record, "Key"), Expression.Constant(key)), record);
        Assert.Equal(other, (await collection.GetAsync(filter, 9).SingleAsync()).Key);
        Assert.Equal(
            new[] { key, other }.Order(Comparer<TKey>.Create((left, right) => left is string text
                ? string.CompareOrdinal(text, right as string) : Comparer<TKey>.Default.Compare(left, right))),
            await collection.GetAsync(_ => true, 9, new() { OrderBy = by => by.Ascending(one => one.Key) })
                .Select(one => one.Key).ToListAsync());
        await collection.DeleteAsync(key);
        Assert.Null(await collection.GetAsync(key));
    }

    private static async Task TestAsync<T>(T value, T other)
        where T : notnull
    {
        using var place = new Place(isDurable: true);
        var collection = await FillAsync(place, value, other);
        Assert.Equal(value, (T)(await collection.GetAsync(1))!["Value"]!);
        Assert.Equal(other, (T)(await collection.GetAsync(2))!["Value"]!);
        Assert.Null((await collection.GetAsync(3))!["Value"]);
        Assert.Equal([1], await KeysAsync(Equal(value), Expression.Equal));
        Assert.Equal([2, 3], await KeysAsync(Equal(value), Expression.NotEqual));
        Assert.Equal([3], await KeysAsync(Equal(null), Expression.Equal));
        Assert.Equal([1, 2], await KeysAsync(Equal(null), Expression.NotEqual));

        ConstantExpression Equal(object? constant)
            => Expression.Constant(constant, typeof(T).IsValueType ? typeof(Nullable<>).MakeGenericType(typeof(T)) : typeof(T));

        async Task<List<int>> KeysAsync(ConstantExpression constant, Func<Expression, Expression, Expression> compare)
        {
            ParameterExpression record = Expression.Parameter(typeof(Dictionary<string, object?>), "record");
            Expression property = Expression.Convert(
                Expression.Call(record, s_indexer, Expression.Constant("Value")), constant.Type);
            return await collection.GetAsync(
                    Expression.Lambda<Func<Dictionary<string, object?>, bool>>(compare(property, constant), record), 9)
                .Select(one => (int)one["Key"]!).ToListAsync();
        }
    }

    private static async Task<VectorStoreCollection<object, Dictionary<string, object?>>> FillAsync<T>(
        Place place, T value, T other)
    {
        var collection = Collection(place, typeof(T).IsValueType ? typeof(Nullable<>).MakeGenericType(typeof(T)) : typeof(T));
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([Record(1, value), Record(2, other), Record(3, null)]);
        return collection;
    }

    private static Dictionary<string, object?> Record(int key, object? value)
        => new() { ["Key"] = key, ["Value"] = value, ["Vector"] = new float[] { 1, 2, 3 } };

    private static VectorStoreCollection<object, Dictionary<string, object?>> Collection(Place place, Type type)
        => place.Store.GetDynamicCollection("values", Definition(typeof(int), type));

    private static VectorStoreCollectionDefinition Definition(Type key, Type type) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", key),
            new VectorStoreDataProperty("Value", type) { IsIndexed = true },
            new VectorStoreVectorProperty("Vector", typeof(float[]), 3),
        ],
    };

    private sealed class Keyed<TKey>
    {
        [VectorStoreKey]
        public TKey Key { get; set; } = default!;

        [VectorStoreData]
        public int Number { get; set; }
    }
}
