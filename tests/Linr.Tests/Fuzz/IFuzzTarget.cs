namespace Linr.Tests.Fuzz;

/// <summary>
/// A parser of bytes that are not trusted. To have one more fuzzed, write its target and add it to
/// <see cref="FuzzTargets"/>.
/// </summary>
internal interface IFuzzTarget : IDisposable
{
    /// <summary>Its name, in reports.</summary>
    string Name { get; }

    /// <summary>Pieces that its inputs are made of, which mutations put in.</summary>
    IReadOnlyList<byte[]> Words { get; }

    /// <summary>An input that parses.</summary>
    byte[] Make(Random random);

    /// <summary>
    /// Mends what a mutation broke that would hide the rest of the input, such as a length before it.
    /// </summary>
    byte[] Mend(byte[] input, Random random) => input;

    /// <summary>
    /// Called before the first input and now and then between two, for a parser that keeps something.
    /// </summary>
    void Renew()
    {
    }

    /// <summary>
    /// Parses an input; where it parses, writes it and parses that again, which has to give the same.
    /// </summary>
    /// <param name="input">Any bytes.</param>
    /// <returns>False where the parser refused it with an exception that it documents.</returns>
    /// <exception cref="FuzzFailureException">It came back as something else.</exception>
    bool Parses(byte[] input);
}
