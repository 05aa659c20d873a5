namespace Linr.Engine.Batching;

/// <summary>Where a request is.</summary>
internal enum SlotState
{
    /// <summary>Nowhere: its slot is free, or being filled.</summary>
    Idle,

    /// <summary>In the queue.</summary>
    Waiting,

    /// <summary>In a batch.</summary>
    Running,

    /// <summary>It has its answer or its error, or whoever decided that is about to give it.</summary>
    Decided,
}
