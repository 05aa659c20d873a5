using Linr.Formats;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Torch;
using Spectre.Console;

namespace Linr.Cli.Terminal;

/// <summary>Turns a user's mistake or a broken file into a sentence; a fault of ours keeps its stack trace.</summary>
internal static class ErrorReport
{
    public static bool TryWrite(CommandContext context, Exception exception, out int code)
    {
        code = exception switch
        {
            OperationCanceledException => ExitCode.Interrupted,
            ArgumentException or FormatException or DataFormatException => ExitCode.Usage,
            ModelFormatException or LayerException or TorchLibraryException or IOException or UnauthorizedAccessException or OutOfMemoryException => ExitCode.Failure,
            _ => -1,
        };
        if (code < 0)
        {
            return false;
        }

        string message = code == ExitCode.Interrupted ? "interrupted" : WithoutParameterName(exception);
        if (context.IsJson)
        {
            context.WriteJson(new { error = message, exitCode = code });
        }

        context.Progress.MarkupLineInterpolated($"[red]error:[/] {message}");
        return true;
    }

    // "(Parameter 'x')" is for programmers; on the command line the sentence names the option already.
    private static string WithoutParameterName(Exception exception)
        => exception is ArgumentException { ParamName: { } name }
            ? exception.Message.Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal)
            : exception.Message;
}
