using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// Tensors and plain numbers. TorchSharp turns a number into an object with a finalizer, and the garbage collector may
/// run it while the native call still reads it: here the object lives until the call is over. Sums are here too: a sum
/// of two tensors takes the number 1. <c>BannedSymbols.txt</c> of this project names what must not be called instead.
/// </summary>
internal static class TensorNumbers
{
    /// <summary>tensor * factor.</summary>
    public static Tensor Times(this Tensor tensor, double factor)
    {
        using Scalar number = factor;
        return tensor.mul(number);
    }

    /// <summary>tensor + other.</summary>
    public static Tensor Plus(this Tensor tensor, Tensor other)
    {
        using Scalar one = 1;
        return tensor.add(other, one);
    }

    /// <summary>tensor *= factor.</summary>
    public static Tensor TimesInPlace(this Tensor tensor, double factor)
    {
        using Scalar number = factor;
        return tensor.mul_(number);
    }

    /// <summary>tensor += number.</summary>
    public static Tensor PlusInPlace(this Tensor tensor, double summand)
    {
        using Scalar number = summand;
        using Scalar one = 1;
        return tensor.add_(number, one);
    }

    /// <summary>tensor += factor * other.</summary>
    public static Tensor PlusInPlace(this Tensor tensor, Tensor other, double factor)
    {
        using Scalar number = factor;
        return tensor.add_(other, number);
    }

    /// <summary>tensor += factor * left * right.</summary>
    public static Tensor PlusProductInPlace(this Tensor tensor, Tensor left, Tensor right, double factor)
    {
        using Scalar number = factor;
        return tensor.addcmul_(left, right, number);
    }

    /// <summary>tensor += factor * over / under.</summary>
    public static Tensor PlusQuotientInPlace(this Tensor tensor, Tensor over, Tensor under, double factor)
    {
        using Scalar number = factor;
        return tensor.addcdiv_(over, under, number);
    }

    /// <summary>max(tensor, least).</summary>
    public static Tensor AtLeast(this Tensor tensor, double least)
    {
        using Scalar number = least;
        return tensor.clamp_min(number);
    }

    /// <summary>min(tensor, most), of integers.</summary>
    public static Tensor AtMost(this Tensor tensor, long most)
    {
        using Scalar number = most;
        return tensor.clamp_max(number);
    }

    /// <summary>The tensor with a number where the mask is set.</summary>
    public static Tensor Masked(this Tensor tensor, Tensor mask, double filler)
    {
        using Scalar number = filler;
        return tensor.masked_fill(mask, number);
    }

    /// <summary>Writes a number at rows of the tensor.</summary>
    public static Tensor FillInPlace(this Tensor tensor, Tensor rows, double filler)
    {
        using Scalar number = filler;
        return tensor.index_fill_(0, rows, number);
    }
}
