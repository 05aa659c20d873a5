namespace Linr.Server.Models;

/// <summary>Why something cannot be done with a model.</summary>
internal enum ModelProblem
{
    /// <summary>The request is wrong, whatever the models are.</summary>
    Wrong,

    /// <summary>There is no such model, version or alias.</summary>
    NotFound,

    /// <summary>There is one of that name already.</summary>
    Exists,

    /// <summary>The models do not allow it as they are.</summary>
    NotNow,

    /// <summary>It goes beyond the memory budget.</summary>
    NoRoom,
}
