namespace Linr.Filters;

/// <summary>
/// Gives operands the type of their attribute. Integers and floats compare as the exact numbers that they are, and a
/// quoted ISO 8601 date is a date where a date is expected.
/// </summary>
internal static class ValueTyping
{
    private const double IntegerEnd = 9_223_372_036_854_775_808.0;

    /// <summary>
    /// The value as one of <paramref name="type"/>; for a bound the value stays a number of either kind.
    /// </summary>
    public static ValueFit Fit(Value given, FieldType type, bool isBound, out Value typed)
    {
        typed = given;
        switch (type, given.Type)
        {
            case (
                FieldType.Float,
                FieldType.Float) or (FieldType.Integer, FieldType.Float) when double.IsNaN(given.Float):
                return ValueFit.Wrong;
            case (FieldType.Float, FieldType.Integer) or (FieldType.Integer, FieldType.Float) when isBound:
                return ValueFit.Exact;
            case (FieldType.Integer, FieldType.Float):
                return FitInteger(given.Float, out typed);
            case (FieldType.Float, FieldType.Integer):
                typed = Value.OfFloat(given.Integer);
                return Compare(given.Integer, typed.Float) == 0 ? ValueFit.Exact : ValueFit.Unequal;
            case (FieldType.Date, FieldType.Keyword):
                return DateText.TryParse(given.Text, out typed) ? ValueFit.Exact : ValueFit.Wrong;
            default:
                return type == given.Type ? ValueFit.Exact : ValueFit.Wrong;
        }
    }

    /// <summary>The exact order of an integer and a float.</summary>
    public static int Compare(long integer, double number)
    {
        if (number >= IntegerEnd)
        {
            return -1;
        }

        if (number < -IntegerEnd)
        {
            return 1;
        }

        double floor = Math.Floor(number);
        int order = integer.CompareTo((long)floor);
        return order != 0 || floor == number ? order : -1;
    }

    private static ValueFit FitInteger(double number, out Value typed)
    {
        bool isInteger = Math.Floor(number) == number && number is >= -IntegerEnd and < IntegerEnd;
        typed = isInteger ? Value.OfInteger((long)number) : default;
        return isInteger ? ValueFit.Exact : ValueFit.Wrong;
    }
}
