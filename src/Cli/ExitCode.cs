namespace Linr.Cli;

/// <summary>What the program's exit codes mean.</summary>
public static class ExitCode
{
    /// <summary>It did what was asked.</summary>
    public const int Success = 0;

    /// <summary>The caller is wrong: an argument, a filter, a row of the data.</summary>
    public const int Usage = 1;

    /// <summary>The world is wrong: a file is missing, unreadable or corrupted, a device fails.</summary>
    public const int Failure = 2;

    /// <summary>Stopped by Ctrl+C.</summary>
    public const int Interrupted = 130;
}
