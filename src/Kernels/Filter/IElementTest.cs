using System.Runtime.Intrinsics;

namespace Linr.Kernels.Filter;

/// <summary>
/// A test of single elements that also takes a vector of them at a time; lanes that hold come back all ones.
/// </summary>
internal interface IElementTest<T>
    where T : unmanaged
{
    Vector128<T> Holds(Vector128<T> elements);

    Vector256<T> Holds(Vector256<T> elements);

    Vector512<T> Holds(Vector512<T> elements);
}
