namespace Linr.Client.Internal;

/// <summary>What a call is called.</summary>
/// <param name="Service">The service with its package.</param>
/// <param name="Method">The method.</param>
internal sealed record CallName(string Service, string Method)
{
    /// <summary>Both.</summary>
    public string Full { get; } = $"{Service}/{Method}";
}
