using System.Collections.Frozen;
using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Security;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Rest;

/// <summary>One route: the call of the contract that it is, and where the parts of its request come from.</summary>
/// <param name="Verb">The method of HTTP.</param>
/// <param name="Path">The path, with parameters in braces that are named as the fields that they fill.</param>
/// <param name="Rpc">The call of the contract.</param>
internal sealed record RestRoute(string Verb, string Path, MethodDescriptor Rpc)
{
    /// <summary>A request as the route begins it.</summary>
    public required Func<IMessage> Create { get; init; }

    /// <summary>The part of a request that its body is; null: it has no body.</summary>
    public Func<IMessage, IMessage>? Body { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool BodyIsOptional { get; init; }

    /// <summary>The name of the body's schema, where it is not that of its message.</summary>
    public string? BodyName { get; init; }

    /// <summary>The parameters of the query, by the fields that they fill.</summary>
    public ImmutableArray<string> Query { get; init; } = [];

    /// <summary>The part of a request that the query fills.</summary>
    public Func<IMessage, IMessage> QueryTarget { get; init; } = request => request;

    /// <summary>Fills a request with the parameters of the path, by their names.</summary>
    public required Action<IMessage, IReadOnlyDictionary<string, string>> Bind { get; init; }

    /// <summary>Fields that the path fills, so that no body may have them.</summary>
    public required FrozenSet<FieldDescriptor> Elsewhere { get; init; }

    /// <summary>Makes the call; null where the answer is a stream.</summary>
    public Func<RestApis, IMessage, Caller, CancellationToken, Task<IMessage>>? Call { get; init; }

    /// <summary>Makes a call whose answer is a stream, a line a message.</summary>
    public Func<RestApis, IMessage, Caller, CancellationToken, IAsyncEnumerable<IMessage>>? Stream { get; init; }

    /// <summary>What an answer is.</summary>
    public required MessageDescriptor Answer { get; init; }

    /// <summary>The status of an answer.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>What it does, where the comment of its call does not say it.</summary>
    public string? Summary { get; init; }

    /// <summary>The path's parameters.</summary>
    public ImmutableArray<string> PathParameters { get; } =
        [.. Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];

    /// <summary>Its name in the document, which stays the same.</summary>
    public string Name { get; init; } = $"{char.ToLowerInvariant(Rpc.Name[0])}{Rpc.Name[1..]}";

    /// <summary>The call of the contract that it is, as gRPC names it, such as <c>linr.v1.Items/Write</c>.</summary>
    public string CallName => $"{Rpc.Service.FullName}/{Rpc.Name}";
}
