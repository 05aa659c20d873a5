using Google.Protobuf;
using Grpc.Core;
using Linr.Server.Security;

namespace Linr.Tests.Server.Security;

/// <summary>A call of the matrix.</summary>
/// <param name="Call">The call, such as <c>linr.v1.Items/Write</c>.</param>
/// <param name="Needed">What its caller must be allowed to.</param>
/// <param name="Request">A right request.</param>
internal sealed record CallRow(string Call, Scopes Needed, IMessage Request)
{
    /// <summary>Whether the request names a model, so that the caller must be one who may use it.</summary>
    public bool NamesModel { get; init; } = true;

    /// <summary>What a caller is answered who may make it.</summary>
    public StatusCode Answer { get; init; } = StatusCode.NotFound;

    /// <summary>What a caller is answered.</summary>
    public StatusCode AnswerTo(TestCaller caller)
        => !caller.IsKnown ? StatusCode.Unauthenticated
            : !caller.Scopes.HasFlag(Needed) || (NamesModel && !caller.MayUseModels) ? StatusCode.PermissionDenied
            : Answer;
}
