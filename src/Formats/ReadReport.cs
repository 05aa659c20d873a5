namespace Linr.Formats;

/// <summary>What a read did, kept up to date while it runs; one report may go through several files.</summary>
public sealed class ReadReport
{
    /// <summary>How many bad rows are kept for showing.</summary>
    public const int FirstBadMax = 10;

    private readonly List<DataFormatException> _firstBad = [];

    /// <summary>Good rows so far.</summary>
    public long Rows { get; internal set; }

    /// <summary>Bad rows left out so far.</summary>
    public long BadRows { get; private set; }

    /// <summary>The first bad rows, at most <see cref="FirstBadMax"/>.</summary>
    public IReadOnlyList<DataFormatException> FirstBad => _firstBad;

    internal void AddBad(DataFormatException error)
    {
        BadRows++;
        if (_firstBad.Count < FirstBadMax)
        {
            _firstBad.Add(error);
        }
    }
}
