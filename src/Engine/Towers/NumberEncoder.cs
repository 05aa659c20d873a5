namespace Linr.Engine.Towers;

/// <summary>
/// A number, date (in days since 1970) or boolean (0 or 1) to (its standardised value, 1); to (0, 0) where it is
/// missing. Of several values the mean is taken.
/// </summary>
public sealed class NumberEncoder(string field, bool log, double mean, double deviation) : SourceEncoder(field)
{
    /// <summary>Floats a row.</summary>
    public const int Width = 2;

    private const double MicrosecondsPerDay = 86_400e6;

    /// <summary>A value as a number, on the logarithmic scale sign(x) log(1 + |x|) where asked.</summary>
    /// <exception cref="ArgumentException">The value is neither a number nor a date nor a boolean.</exception>
    public static double ToNumber(Value value, bool log)
    {
        double number = value.Type switch
        {
            FieldType.Integer => value.Integer,
            FieldType.Float => value.Float,
            FieldType.Boolean => value.Boolean ? 1 : 0,
            FieldType.Date => value.Integer / MicrosecondsPerDay,
            _ => throw new ArgumentException($"Expected a number, date or boolean; found {value.Type}."),
        };
        return log ? Math.CopySign(Math.Log(1 + Math.Abs(number)), number) : number;
    }

    private protected override void Append(IReadOnlyList<Value> values, SourceRows output)
    {
        double sum = 0;
        for (int value = 0; value < values.Count; value++)
        {
            if (values[value].Type is not (FieldType.Integer or FieldType.Float or FieldType.Boolean or FieldType.Date))
            {
                throw WrongType("a number, date or boolean", values[value]);
            }

            sum += ToNumber(values[value], log);
        }

        output.Add(values.Count == 0 ? 0 : (float)(((sum / values.Count) - mean) / deviation));
        output.Add(values.Count == 0 ? 0 : 1);
    }
}
