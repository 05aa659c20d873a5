using Linr.Cuda;
using Linr.Index.Device;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Torch;
using Spectre.Console;

namespace Linr.Cli.Terminal;

/// <summary>Turns a user's mistake or a broken file into a sentence; a fault of ours keeps its stack trace.</summary>
internal static class ErrorReport
{
    /// <summary>Writes what is wrong, where it is no fault of ours.</summary>
    public static bool TryWrite(CommandContext context, Exception exception, out int code)
    {
        code = exception switch
        {
            OperationCanceledException => ExitCode.Interrupted,
            ArgumentException or FormatException => ExitCode.Usage,
            ModelFormatException or LayerException or TorchLibraryException => ExitCode.Failure,
            CudaException or DeviceMemoryException or NotSupportedException => ExitCode.Failure,
            IOException or UnauthorizedAccessException or OutOfMemoryException => ExitCode.Failure,
            _ => -1,
        };
        return code >= 0 && Write(context.Output, context.Error, context.IsJson, Sentence(exception), code) == code;
    }

    /// <summary>Writes an error to standard error, and as JSON to standard output if that is wanted.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(TextWriter output, TextWriter error, bool isJson, string message, int code)
    {
        if (isJson)
        {
            JsonOutput.Write(output, new { error = message, exitCode = code });
        }

        // The message is written as it is: a console would fold it.
        CommandContext.CreateConsole(error).Markup("[red]error:[/] ");
        error.WriteLine(message);
        return code;
    }

    /// <summary>The message without "(Parameter 'x')", which is for programmers.</summary>
    public static string WithoutParameterName(ArgumentException exception)
        => exception.ParamName is { } name
            ? exception.Message.Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal)
            : exception.Message;

    private static string Sentence(Exception exception) => exception switch
    {
        OperationCanceledException => "interrupted",
        FileNotFoundException { FileName: { } path } => $"{Path.GetFileName(path)}: expected a file; found none.",
        ArgumentException wrong => WithoutParameterName(wrong),
        _ => exception.Message,
    };
}
