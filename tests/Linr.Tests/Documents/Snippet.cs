using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Linr.Tests.Documents;

/// <summary>C# of a document, compiled against Linr as a reader's own project would be.</summary>
internal static partial class Snippet
{
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        """;

    private const string ReaderUsings =
        """
        using System.Text.Json;
        using Linr;
        using Linr.Filters;
        using Linr.Index;
        using Linr.Index.Ids;
        using Linr.Kernels.Filter;
        using Linr.Kernels.Scan;
        using static Linr.Filters.FilterBuilder;
        """;

    private static readonly MetadataReference[] s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Compiles a whole program; the test fails with the compiler's words if it does not compile.</summary>
    public static Assembly CompileProgram(string source) => Compile(source, OutputKind.ConsoleApplication);

    /// <summary>Compiles statements.</summary>
    /// <param name="statements">The snippet; its using directives are moved to the top.</param>
    /// <param name="given">What the text around the snippet takes as known, as parameters of a method.</param>
    /// <param name="types">Types that the reader has.</param>
    public static void CompileStatements(string statements, string given, string types)
    {
        string usings = string.Join('\n', UsingDirective().Matches(statements).Select(match => match.Value));
        string body = UsingDirective().Replace(statements, string.Empty);
        string result = body.Contains("await ", StringComparison.Ordinal) ? "async System.Threading.Tasks.Task" : "void";
        Compile(
            $$"""
            {{usings}}
            {{ReaderUsings}}
            {{types}}
            static class Reader { static {{result}} Do({{given}}) {
            {{body}}
            } }
            """,
            OutputKind.DynamicallyLinkedLibrary);
    }

    private static Assembly Compile(string source, OutputKind kind)
    {
        var compilation = CSharpCompilation.Create(
            $"Snippet{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(source)],
            s_references,
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(
            result.Success,
            string.Join(
                '\n', result.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error)) + "\n" + source);
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex(@"^using (static )?[\w.]+;", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
