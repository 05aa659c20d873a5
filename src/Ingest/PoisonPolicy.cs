namespace Linr.Ingest;

/// <summary>What is done about a record that no change can be made of. None is passed over silently.</summary>
public enum PoisonPolicy
{
    /// <summary>The source stops before it, and says why.</summary>
    Stop,

    /// <summary>It is written to a file with all that is known of it and counted, and the source goes on.</summary>
    DeadLetter,
}
