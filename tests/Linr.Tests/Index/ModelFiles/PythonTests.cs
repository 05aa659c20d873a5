using System.Diagnostics;

namespace Linr.Tests.Index.ModelFiles;

/// <summary>
/// Python opens a model file: with NumPy and a reader written from the format's description, and with the safetensors
/// library itself. LINR_PYTHON and LINR_SAFETENSORS_PYTHON name the interpreters that have them; with
/// LINR_REQUIRE_PYTHON=1 and LINR_REQUIRE_SAFETENSORS=1 a missing one fails instead of being skipped.
/// </summary>
public class PythonTests
{
    [Theory]
    [InlineData("by_hand", "LINR_PYTHON", "LINR_REQUIRE_PYTHON", "numpy")]
    [InlineData("by_library", "LINR_SAFETENSORS_PYTHON", "LINR_REQUIRE_SAFETENSORS", "safetensors")]
    public void Python_opens_a_model_file(
        string reader, string interpreterVariable, string requireVariable, string module)
    {
        string python = Interpreter(interpreterVariable, requireVariable, module);
        string golden = Path.Combine(AppContext.BaseDirectory, "Golden");
        string output = Run(
            python, Path.Combine(golden, "read_safetensors.py"), reader, Path.Combine(golden, "format-1-text.linr"));
        string bits = string.Join(
            ", ", new[] { 1.1f, -0f, float.Epsilon, 3e8f, -5 }.Select(BitConverter.SingleToUInt32Bits));
        string[] expected =
        [
            "format 1 fields 13",
            "ids item-0 item-1 item-2 item-3 item-4",
            "tags of row 0: b a b größer-𝒳",
            $"main (5, 5) [{bits}]",
            "half float16 [1.0, 2.0, 3.0, 0.5, 65504.0, -6.0, 7.0, 8.0]",
        ];
        Assert.Equal(expected, output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void NumPy_makes_the_codes_of_a_model_file_again()
    {
        string python = Interpreter("LINR_PYTHON", "LINR_REQUIRE_PYTHON", "numpy");
        string golden = Path.Combine(AppContext.BaseDirectory, "Golden");
        string output = Run(
            python, Path.Combine(golden, "read_codes.py"), "by_hand", Path.Combine(golden, "format-1-codes.linr"));
        Assert.Equal("single 4 of 4, half 4 of 4, brain 4 of 4", output.TrimEnd());
    }

    internal static string Interpreter(string interpreterVariable, string requireVariable, string module)
    {
        string python = Environment.GetEnvironmentVariable(interpreterVariable) ?? "/usr/bin/python3";
        if (Environment.GetEnvironmentVariable(requireVariable) != "1" && !CanImport(python, module))
        {
            Assert.Skip($"{python} cannot import {module}; {requireVariable}=1 would make this a failure");
        }

        return python;
    }

    private static bool CanImport(string python, string module)
    {
        try
        {
            _ = Run(python, "-c", $"import numpy, {module}");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No such program.
            return false;
        }
    }

    internal static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
    }
}
