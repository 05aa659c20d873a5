using Linr.Cuda;
using Linr.Index.Device;
using Microsoft.Extensions.VectorData;

namespace Linr.VectorData;

/// <summary>Names the operation and the collection in what goes wrong.</summary>
internal readonly record struct Operation(string? Store, string? Collection, string Name)
{
    /// <summary>The name of the system, as the abstractions ask for one.</summary>
    public const string SystemName = "linr";

    /// <summary>Does something.</summary>
    /// <exception cref="VectorStoreException">It failed.</exception>
    public T Do<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (IsOfEngine(error))
        {
            throw Failed(error.Message, error);
        }
    }

    /// <inheritdoc cref="Do{T}"/>
    public async Task DoAsync(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception error) when (IsOfEngine(error))
        {
            throw Failed(error.Message, error);
        }
    }

    /// <summary>The exception of it.</summary>
    public VectorStoreException Failed(string message, Exception? cause = null) => new(message, cause)
    {
        VectorStoreSystemName = SystemName,
        VectorStoreName = Store,
        CollectionName = Collection,
        OperationName = Name,
    };

    // What the caller passed was checked before: what does not fit is the engine's to say.
    private static bool IsOfEngine(Exception error)
        => error is ArgumentException or IOException or UnauthorizedAccessException or CudaException or DeviceMemoryException;
}
