namespace Linr.Server.Models;

/// <summary>What was asked of a model cannot be done.</summary>
internal sealed class ModelException : Exception
{
    private ModelException(ModelProblem kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>In what way.</summary>
    public ModelProblem Kind { get; }

    /// <summary>The request is wrong.</summary>
    public static ModelException Wrong(string message) => new(ModelProblem.Wrong, message);

    /// <summary>There is no such model, version or alias.</summary>
    public static ModelException NotFound(string message) => new(ModelProblem.NotFound, message);

    /// <summary>There is one already.</summary>
    public static ModelException Exists(string message) => new(ModelProblem.Exists, message);

    /// <summary>Not as things are now.</summary>
    public static ModelException NotNow(string message, Exception? inner = null)
        => new(ModelProblem.NotNow, message, inner);

    /// <summary>There is no room for it.</summary>
    public static ModelException NoRoom(string message) => new(ModelProblem.NoRoom, message);
}
