namespace Linr.Kernels.Scan;

/// <summary>
/// Short runs of rows, one from each of as many equal stretches of the table, that a scan of panels scores before all
/// rows. The score of its <see cref="Rank"/>-th best is a guess at a cut that more than K rows of the table reach. Rows
/// that stand together score alike in many a catalogue: the runs are short, and the rank leaves room for a whole one.
/// </summary>
internal sealed class ScanSample
{
    /// <summary>
    /// Consecutive rows of a run, two groups of a panel's kernel; all may be among the best, for being neighbours.
    /// </summary>
    public const int RunRows = 12;

    /// <summary>Rows that a list of the sample holds beyond its rank, at least: few, so that cuts rise at once.</summary>
    public const int RoomMin = 128;

    /// <summary>Fewer hits are soon found without a sample.</summary>
    private const int KeptMin = 64;

    private const int RunsMin = 16;
    private const int RunsMax = 1024;
    private const int MaskRows = 64;

    /// <summary>
    /// Rows of the sample for each of the K, where that is worth their own scores: the more, the fewer rows reach the
    /// cut. 2,304 at least and one row of 128 at most (Sapphire Rapids, 1 M x 128, K 100 and 1,000).
    /// </summary>
    private const int RowsForEach = 8;
    private const int WorthRows = 2304;
    private const int SampledShare = 128;

    private const double GoldenRatio = 0.6180339887498949;

    /// <summary>
    /// Standard deviations that <see cref="Rank"/> lies above the number of the K best rows to expect in the sample.
    /// </summary>
    private const double Deviations = 4;

    /// <summary>Runs after which a thread looks whether enough rows pass; a sample of few rows is no guide.</summary>
    private const int TrialRuns = 16;

    private const double PassingMin = 1.0 / 16;

    private long _rowCount;
    private long _runCount;
    private long _next;

    /// <summary>How many of the sample's best to keep.</summary>
    public int Rank { get; private set; }

    /// <summary>Starts a sample; false where none would pay.</summary>
    public bool Start(ScanPlan plan)
    {
        _rowCount = plan.Request.RowCount;
        long wanted = Math.Max(WorthRows, (long)plan.K * RowsForEach);
        _runCount = Math.Min(RunsMax, Math.Min(wanted, _rowCount / SampledShare) / RunRows);
        long sampleRows = _runCount * RunRows;
        double expected = plan.K * (sampleRows / (double)_rowCount);
        Rank = RunRows + (int)Math.Ceiling(expected + (Deviations * Math.Sqrt(expected)));
        Volatile.Write(ref _next, 0);
        return plan.K >= KeptMin
            && !plan.Queries.IsFew
            && plan.Request.Groups.Length == 0
            && _runCount >= RunsMin
            && Rank <= sampleRows / 2;
    }

    /// <summary>Scans runs until there are no more, or too few of their rows pass.</summary>
    public void Scan(ScanWorker worker)
    {
        bool found = TryTake(out UnitRows next);
        for (int runs = 1; found; runs++)
        {
            UnitRows run = next;
            found = TryTake(out next);
            worker.Ask(next);
            worker.Scan(run);
            if (runs == TrialRuns && worker.Counters.RowsScored < runs * RunRows * PassingMin)
            {
                Volatile.Write(ref _next, _runCount);
            }
        }

        worker.End();
    }

    /// <summary>Takes the next run; false when there is none left.</summary>
    internal bool TryTake(out UnitRows run)
    {
        long taken = Interlocked.Increment(ref _next) - 1;
        if (taken >= _runCount)
        {
            run = default;
            return false;
        }

        long stretch = _rowCount / _runCount;
        double within = taken * GoldenRatio % 1;
        long first = ((taken * stretch) + (long)(within * (stretch - MaskRows))) / MaskRows * MaskRows;
        run = new UnitRows((int)(first / ScanSegment.BlockRows), (int)(first % ScanSegment.BlockRows), RunRows);
        return true;
    }
}
