using System.Diagnostics;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>Runs one test of this assembly in a process of its own: for what happens once in a process.</summary>
internal static class ChildRun
{
    /// <returns>What the process wrote; it has to end well.</returns>
    public static string Of<TClass>(string method, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildRun).Assembly.Location);
        }

        string[] arguments =
        [
            "--no-ansi",
            "--progress",
            "off",
            "--explicit",
            "on",
            "--filter-method",
            $"{typeof(TClass).FullName}.{method}",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["LINR_REQUIRE_CUDA"] = "0";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
