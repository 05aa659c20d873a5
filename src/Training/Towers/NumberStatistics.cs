using Linr.Engine.Towers;

namespace Linr.Training.Towers;

/// <summary>What standardises a number: gathered over all items, then read once.</summary>
internal sealed class NumberStatistics
{
    private const double SkewForLog = 2;

    private readonly Moments _plain = new();
    private readonly Moments _log = new();

    /// <summary>Adds the mean of a row's values, where it has any.</summary>
    public void Add(IReadOnlyList<Value> values)
    {
        if (values.Count > 0)
        {
            _plain.Add(values.Average(value => NumberEncoder.ToNumber(value, log: false)));
            _log.Add(values.Average(value => NumberEncoder.ToNumber(value, log: true)));
        }
    }

    /// <summary>
    /// Whether the logarithm is less skewed and the numbers are skewed enough to need it; mean; deviation.
    /// </summary>
    public (bool Log, double Mean, double Deviation) Standardise()
    {
        bool log = Math.Abs(_plain.Skewness) > SkewForLog && Math.Abs(_log.Skewness) < Math.Abs(_plain.Skewness);
        Moments chosen = log ? _log : _plain;
        return (log, chosen.Mean, chosen.Deviation > 0 ? chosen.Deviation : 1);
    }

    // Running central moments (Pébay 2008), so that a large mean loses no digits.
    private sealed class Moments
    {
        private double _count;
        private double _second;
        private double _third;

        public double Mean { get; private set; }

        public double Deviation => _count == 0 ? 0 : Math.Sqrt(_second / _count);

        public double Skewness => _second == 0 ? 0 : Math.Sqrt(_count) * _third / Math.Pow(_second, 1.5);

        public void Add(double number)
        {
            double before = _count++;
            double delta = number - Mean;
            double share = delta / _count;
            double term = delta * share * before;
            Mean += share;
            _third += (term * share * (_count - 2)) - (3 * share * _second);
            _second += term;
        }
    }
}
