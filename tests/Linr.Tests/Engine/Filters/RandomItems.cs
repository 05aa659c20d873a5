using Linr.Filters;
using Linr.Index;

namespace Linr.Tests.Engine.Filters;

/// <summary>
/// A random schema, its items and filters that fit it. There are few distinct values, extremes among them, so that
/// clauses hold now and then.
/// </summary>
internal sealed class RandomItems
{
    private static readonly FieldType[] s_types =
        [FieldType.Keyword, FieldType.Integer, FieldType.Float, FieldType.Boolean, FieldType.Date];

    private static readonly long[] s_integers =
    [
        long.MinValue, long.MinValue + 1, -1_000, -1, 0, 1, 2, 3, 9_007_199_254_740_993, long.MaxValue - 1,
        long.MaxValue,
    ];

    private static readonly double[] s_floats =
    [
        double.NegativeInfinity, double.MinValue, -9_223_372_036_854_775_808.0, -1.5, -double.Epsilon, 0,
        double.Epsilon, 0.5,
        1, 2, 2.5, 9_007_199_254_740_992.0, 9_223_372_036_854_775_808.0, double.MaxValue, double.PositiveInfinity,
    ];

    private static readonly long[] s_dates =
        [-62_135_596_800_000_000, -1, 0, 1, 1_700_000_000_000_000, 1_704_067_200_000_000];

    private readonly Random _random;
    private readonly int _keywordCount;

    public RandomItems(Random random, int itemCount)
    {
        _random = random;
        _keywordCount = random.Next(3) == 0 ? 700 : 12;
        Schema = new Schema
        {
            IdKind = (IdKind)random.Next(3),
            Fields = [.. Enumerable.Range(0, random.Next(1, 7)).Select(i => Field(i))],
        };
        int missing = random.Next(2, 6);
        Items = [.. Enumerable.Range(0, itemCount).Select(i => MakeItem(i, missing))];
    }

    public Schema Schema { get; }

    public Item[] Items { get; }

    public ItemTable ToTable()
    {
        using ItemTableBuilder builder = new(Schema);
        builder.Append(Items);
        return builder.Build();
    }

    /// <summary>A filter of up to so many levels.</summary>
    public Filter Filter(int depth) => depth == 1 || _random.Next(4) == 0
        ? Clause()
        : _random.Next(3) switch
        {
            0 => new NotFilter(Filter(depth - 1)),
            1 => new AndFilter([.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Filter(depth - 1))]),
            _ => new OrFilter([.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Filter(depth - 1))]),
        };

    private FieldSchema Field(int number)
    {
        FieldType type = s_types[_random.Next(s_types.Length)];
        return new FieldSchema($"{type}{number}", type, FieldRoles.Attribute, _random.Next(2) == 0);
    }

    private Item MakeItem(int number, int missing) => new()
    {
        Id = IdAt(number),
        Fields = Schema.Fields.ToDictionary(field => field.Name, field => (IReadOnlyList<Value>)
        [
            .. Enumerable.Range(0, _random.Next(missing) == 0 ? 0 : field.MultiValued ? _random.Next(1, 5) : 1)
                .Select(_ => ValueOf(field.Type)),
        ]),
    };

    private ItemId IdAt(int number) => Schema.IdKind switch
    {
        IdKind.Integer => new ItemId((number * 7L) - 3),
        IdKind.Guid => new ItemId(new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        _ => new ItemId($"item {number}"),
    };

    private Value ValueOf(FieldType type) => type switch
    {
        FieldType.Keyword => Value.OfKeyword($"it's {_random.Next(_keywordCount)}"),
        FieldType.Integer => Value.OfInteger(s_integers[_random.Next(s_integers.Length)]),
        FieldType.Float => Value.OfFloat(s_floats[_random.Next(s_floats.Length)]),
        FieldType.Boolean => Value.OfBoolean(_random.Next(2) == 0),
        _ => Value.OfDateMicroseconds(s_dates[_random.Next(s_dates.Length)]),
    };

    private Filter Clause()
    {
        FieldSchema field = Schema.Fields[_random.Next(Schema.Fields.Length)];
        bool hasOrder = field.Type is not (FieldType.Keyword or FieldType.Boolean);
        return _random.Next(8) switch
        {
            0 => new ConstantFilter(_random.Next(2) == 0),
            1 => new ExistsClause(field.Name),
            2 => new IdClause(
                [.. Enumerable.Range(0, _random.Next(5)).Select(_ => (Operand)IdAt(_random.Next(Items.Length + 3)))]),
            3 => new InClause(field.Name, Operands(field.Type, _random.Next(10) == 0 ? 60 : _random.Next(4))),
            4 => new ContainsAllClause(field.Name, Operands(field.Type, _random.Next(3))),
            5 or 6 when hasOrder => Range(field),
            _ => new EqualClause(field.Name, Operand(field.Type)),
        };
    }

    private RangeClause Range(FieldSchema field)
    {
        int ends = _random.Next(3);
        return new RangeClause(field.Name, ends == 1 ? null : Bound(field.Type), ends == 2 ? null : Bound(field.Type));
    }

    /// <summary>A number of either kind bounds a number of either kind.</summary>
    private RangeBound Bound(FieldType type)
    {
        bool isNumber = type is FieldType.Integer or FieldType.Float;
        FieldType bound = isNumber && _random.Next(2) == 0 ? FieldType.Integer : isNumber ? FieldType.Float : type;
        return new RangeBound(new Operand(ValueOf(bound)), _random.Next(2) == 0);
    }

    private FilterList<Operand> Operands(FieldType type, int count)
        => [.. Enumerable.Range(0, count).Select(_ => Operand(type))];

    private Operand Operand(FieldType type) => type switch
    {
        FieldType.Float when _random.Next(3) == 0 => new Operand(ValueOf(FieldType.Integer)),
        FieldType.Integer when _random.Next(3) == 0 => new Operand(Value.OfFloat(_random.Next(-3, 4))),
        FieldType.Date when _random.Next(3) == 0 => new Operand("2023-11-14T22:13:20Z"),
        FieldType.Keyword when _random.Next(10) == 0 => new Operand("never seen"),
        _ => new Operand(ValueOf(type)),
    };
}
