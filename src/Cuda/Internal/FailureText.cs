using System.Globalization;
using System.Runtime.CompilerServices;

namespace Linr.Cuda.Internal;

/// <summary>An interpolated string that is not even evaluated when the call succeeded.</summary>
[InterpolatedStringHandler]
internal ref struct FailureText
{
    private DefaultInterpolatedStringHandler _text;

    public FailureText(int literalLength, int formattedCount, CudaResult result, out bool isNeeded)
    {
        isNeeded = result != CudaResult.Success;
        if (isNeeded)
        {
            _text = new DefaultInterpolatedStringHandler(
                literalLength, formattedCount, CultureInfo.InvariantCulture);
        }
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string format) => _text.AppendFormatted(value, format);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
