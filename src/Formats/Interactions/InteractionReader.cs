using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>The interactions of one file.</summary>
internal sealed class InteractionReader : RowReader<Interaction>
{
    private const string ExpectedTime = "a time (ISO 8601, or a number since 1970)";
    private const string ExpectedWeight = "a finite number";
    private readonly InteractionOptions _options;
    private readonly IdKind _userIdKind;
    private readonly IdKind _itemIdKind;
    private readonly int _user;
    private readonly int _item;
    private readonly int _time;
    private readonly int _weight;

    /// <param name="source">The rows.</param>
    /// <param name="options">As <see cref="InteractionFile.Resolve"/> left them.</param>
    /// <param name="report">Counts rows; may be null.</param>
    public InteractionReader(RowSource source, InteractionOptions options, ReadReport? report)
        : base(source, options, report)
    {
        _options = options;
        _userIdKind = options.UserIdKind!.Value;
        _itemIdKind = options.ItemIdKind!.Value;
        _user = InteractionFile.Place(source, options.User, "user", InteractionColumns.User);
        _item = InteractionFile.Place(source, options.Item, "item", InteractionColumns.Item);
        _time = options.Time is null
            ? -1
            : InteractionFile.Place(source, options.Time, "time", InteractionColumns.Time);
        _weight = options.Weight is null
            ? -1
            : InteractionFile.Place(source, options.Weight, "weight", InteractionColumns.Weight);
    }

    /// <inheritdoc/>
    protected override Interaction Convert() => new(
        Id(_user, _userIdKind),
        Id(_item, _itemIdKind),
        _time < 0 ? null : Time(),
        _weight < 0 ? 1 : Weight());

    private long Time()
    {
        Cell cell = One(_time, ExpectedTime);
        return TimeText.TryMicroseconds(cell, _options.TimeUnit, out long microseconds)
            ? microseconds
            : throw Source.Error(_time, ExpectedTime, cell.Describe());
    }

    private float Weight()
    {
        Cell cell = One(_weight, ExpectedWeight);
        return CellReader.TryFloat(cell, out double weight) && float.IsFinite((float)weight)
            ? (float)weight
            : throw Source.Error(_weight, ExpectedWeight, cell.Describe());
    }
}
