namespace Linr.Kernels.Filter;

/// <summary>A test of 64 consecutive elements at a time.</summary>
internal unsafe interface IWordTest<T>
    where T : unmanaged
{
    /// <summary>A bit an element, the first lowest; those that do not wait may come back either way.</summary>
    ulong Word(T* elements, ulong waiting);
}
