using System.Diagnostics.CodeAnalysis;

namespace Linr.Server.Wire;

/// <summary>Collects what is wrong with a request, so that all of it is said at once.</summary>
internal sealed class WireProblems
{
    private const int Most = 32;
    private readonly List<WireProblem> _all = [];

    /// <summary>Whether no more are kept.</summary>
    public bool IsFull => _all.Count >= Most;

    /// <summary>Adds a problem.</summary>
    public void Add(string field, string message)
    {
        if (!IsFull)
        {
            _all.Add(new WireProblem(field, message));
        }
    }

    /// <summary>Adds one where a number is not in its range.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">What it has.</param>
    /// <param name="least">The least it may have.</param>
    /// <param name="most">The most.</param>
    /// <param name="limit">The setting that says the most; null: none does.</param>
    public void Check(string field, long value, long least, long most, string? limit = null)
    {
        if (value < least || value > most)
        {
            string by = limit is null ? string.Empty : $" (Limits:{limit})";
            Add(field, $"expected {least:N0} to {most:N0}{by}; found {value:N0}.");
        }
    }

    /// <exception cref="WireException">There are problems.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
        {
            Throw();
        }
    }

    [DoesNotReturn]
    private void Throw() => throw new WireException([.. _all]);
}
