using System.Text;
using Google.Protobuf;
using Linr.Server.Wire;
using Linr.Tests.Server.Rest;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Fuzz;

/// <summary>Bodies of REST: searches and sets of changes.</summary>
internal sealed class RestBodyTarget : IFuzzTarget
{
    public string Name => "REST body";

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Utf8(
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "true", "false", "null", "1e400", "-0", "1.0", "1e39",
        "9223372036854775808", "\"k\":", "\"filter\":{\"json\":{", "\"parameters\":{\"p\":", "{\"ids\":[",
        "\"history\":[",
        "\"embeddings\":[{\"vector\":[", "\"changes\":[{\"upsert\":{", "\"delete\":", "\"fields\":{\"a\":", "\xff");

    // Which of the two reads it is said by its length.
    public byte[] Make(Random random)
    {
        bool isSearch = random.Next(2) == 0;
        byte[] json = RestJson.Write(RandomMessage.Of(
            isSearch ? V1.SearchRequest.Descriptor : V1.WriteRequest.Descriptor, random));
        return IsSearch(json) == isSearch ? json : [.. json, (byte)' '];
    }

    public bool Parses(byte[] input)
    {
        IMessage message = New(IsSearch(input));
        try
        {
            RestJson.Read(input, message);
        }
        catch (WireException)
        {
            return false;
        }

        byte[] written = RestJson.Write(message);
        IMessage again = New(IsSearch(input));
        try
        {
            RestJson.Read(written, again);
        }
        catch (WireException error)
        {
            throw new FuzzFailureException(
                $"what it is written as is no body: {Encoding.UTF8.GetString(written)}: {error.Message}", error);
        }

        return written.AsSpan().SequenceEqual(RestJson.Write(again)) ? true
            : throw new FuzzFailureException(
                $"another message when it was written: {Encoding.UTF8.GetString(written)}");
    }

    public void Dispose()
    {
    }

    private static bool IsSearch(byte[] json) => json.Length % 2 == 0;

    private static IMessage New(bool isSearch) => isSearch ? new V1.SearchRequest() : new V1.WriteRequest();
}
