namespace Linr.Filters;

/// <summary>
/// A range as inclusive bounds of the attribute's own type: of integers and dates <see cref="Low"/> and
/// <see cref="High"/>, of floats <see cref="FloatLow"/> and <see cref="FloatHigh"/>.
/// </summary>
internal struct NumberRange()
{
    public long Low { get; private set; } = long.MinValue;

    public long High { get; private set; } = long.MaxValue;

    public double FloatLow { get; private set; } = double.NegativeInfinity;

    public double FloatHigh { get; private set; } = double.PositiveInfinity;

    public bool IsEmpty { get; private set; }

    /// <summary>Raises the low end to a bound that fits an attribute of <paramref name="type"/>.</summary>
    public void SetLow(Value bound, bool inclusive, FieldType type)
    {
        _ = ValueTyping.Fit(bound, type, isBound: true, out Value end);
        if (type == FieldType.Float)
        {
            SetFloatLow(end, inclusive);
            IsEmpty |= FloatLow > FloatHigh;
            return;
        }

        if (end.Type == FieldType.Float)
        {
            SetLowFromFloat(end.Float, inclusive);
        }
        else
        {
            IsEmpty |= !inclusive && end.Integer == long.MaxValue;
            Low = inclusive || IsEmpty ? end.Integer : end.Integer + 1;
        }

        IsEmpty |= Low > High;
    }

    /// <summary>Lowers the high end to a bound that fits an attribute of <paramref name="type"/>.</summary>
    public void SetHigh(Value bound, bool inclusive, FieldType type)
    {
        _ = ValueTyping.Fit(bound, type, isBound: true, out Value end);
        if (type == FieldType.Float)
        {
            SetFloatHigh(end, inclusive);
            IsEmpty |= FloatLow > FloatHigh;
            return;
        }

        if (end.Type == FieldType.Float)
        {
            SetHighFromFloat(end.Float, inclusive);
        }
        else
        {
            IsEmpty |= !inclusive && end.Integer == long.MinValue;
            High = inclusive || IsEmpty ? end.Integer : end.Integer - 1;
        }

        IsEmpty |= Low > High;
    }

    private void SetLowFromFloat(double bound, bool inclusive)
    {
        if (ValueTyping.Compare(long.MaxValue, bound) < (inclusive ? 0 : 1))
        {
            IsEmpty = true;
        }
        else if (ValueTyping.Compare(long.MinValue, bound) <= 0)
        {
            double floor = Math.Floor(bound);
            Low = floor < bound || !inclusive ? (long)floor + 1 : (long)floor;
        }
    }

    private void SetHighFromFloat(double bound, bool inclusive)
    {
        if (ValueTyping.Compare(long.MinValue, bound) > (inclusive ? 0 : -1))
        {
            IsEmpty = true;
        }
        else if (ValueTyping.Compare(long.MaxValue, bound) >= 0)
        {
            double ceiling = Math.Ceiling(bound);
            High = ceiling > bound || !inclusive ? (long)ceiling - 1 : (long)ceiling;
        }
    }

    private void SetFloatLow(Value end, bool inclusive)
    {
        double bound = end.Type == FieldType.Float ? end.Float : end.Integer;
        int order = end.Type == FieldType.Float ? 0 : ValueTyping.Compare(end.Integer, bound);
        bool isExcluded = order > 0 || (order == 0 && !inclusive);
        IsEmpty |= isExcluded && double.IsPositiveInfinity(bound);
        FloatLow = isExcluded ? Math.BitIncrement(bound) : bound;
    }

    private void SetFloatHigh(Value end, bool inclusive)
    {
        double bound = end.Type == FieldType.Float ? end.Float : end.Integer;
        int order = end.Type == FieldType.Float ? 0 : ValueTyping.Compare(end.Integer, bound);
        bool isExcluded = order < 0 || (order == 0 && !inclusive);
        IsEmpty |= isExcluded && double.IsNegativeInfinity(bound);
        FloatHigh = isExcluded ? Math.BitDecrement(bound) : bound;
    }
}
