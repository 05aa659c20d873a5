#:project ../src/Kernels/Kernels.csproj
#:property AllowUnsafeBlocks=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// kernels.cs NVRTC-FOLDER KERNELS-FOLDER [--check | --usage]
// Compiles CudaSources.All with NVRTC and assembles it with nvJitLink.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Linr.Kernels;

if (args.Length is not (2 or 3) || (args.Length == 3 && args[2] is not ("--check" or "--usage")))
{
    Console.Error.WriteLine("usage: kernels.cs NVRTC-FOLDER KERNELS-FOLDER [--check | --usage]");
    return 2;
}

Native.Folder = args[0];
NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Native.Load);
string root = args[1];
bool check = args.Length == 3 && args[2] == "--check";
Compiler.ShowsUsage = args.Length == 3 && args[2] == "--usage";
string folder = Path.Combine(root, "Cuda", "Ptx");
var expected = new Dictionary<string, string>();
var entries = new List<CudaManifestSource>();
try
{
    foreach (CudaSource source in CudaSources.All)
    {
        string[] texts = [.. source.Paths.Select(p => File.ReadAllText(Path.Combine(root, p)))];
        var images = new List<CudaManifestImage>();
        foreach (string architecture in source.Architectures)
        {
            (string ptx, string version) = (!check && !Compiler.ShowsUsage ? Made(source, texts, architecture) : null)
                ?? Compiler.Compile(source, texts, architecture);
            expected.Add(source.ImageName(architecture), ptx);
            string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ptx)));
            images.Add(new(architecture, version, hash));
            Console.WriteLine($"{source.ImageName(architecture)}: {ptx.Length} bytes, PTX {version}");
        }

        string[] defines = [.. source.Defines.Select(d => d.ToString())];
        entries.Add(new(source.Op, source.Path, source.Parts, source.Fingerprint(texts), defines, images));
    }
}
catch (CompileException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

if (Compiler.ShowsUsage)
{
    return 0;
}

var manifest = new CudaManifest(Compiler.Name, entries);
if (check)
{
    return Check(manifest) ? 0 : 1;
}

Directory.CreateDirectory(folder);
foreach (string old in Directory.GetFiles(folder))
{
    File.Delete(old);
}

foreach ((string name, string ptx) in expected)
{
    File.WriteAllText(Path.Combine(folder, name), ptx);
}

File.WriteAllText(Path.Combine(folder, CudaManifest.FileName), manifest.ToJson());
return 0;

// What this compiler has made of the same texts before.
(string Ptx, string Version)? Made(CudaSource source, string[] texts, string architecture)
{
    string path = Path.Combine(folder, source.ImageName(architecture));
    string manifestPath = Path.Combine(folder, CudaManifest.FileName);
    if (!File.Exists(path) || !File.Exists(manifestPath))
    {
        return null;
    }

    CudaManifest before = CudaManifest.Parse(File.ReadAllBytes(manifestPath));
    CudaManifestSource? entry = before.Sources.FirstOrDefault(s => s.Op == source.Op);
    CudaManifestImage? image = entry?.Images.FirstOrDefault(i => i.Architecture == architecture);
    string ptx = File.ReadAllText(path);
    return before.Compiler == Compiler.Name && entry?.Fingerprint == source.Fingerprint(texts)
        && image?.Sha256 == Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ptx)))
            ? (ptx, image.PtxVersion)
            : null;
}

bool Check(CudaManifest fresh)
{
    var errors = new List<string>();
    CudaManifest committed = CudaManifest.Parse(File.ReadAllBytes(Path.Combine(folder, CudaManifest.FileName)));
    string[] names = [CudaManifest.FileName, .. expected.Keys];
    string[] found = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f))];
    errors.AddRange(names.Except(found).Select(n => $"{n} is missing"));
    errors.AddRange(found.Except(names).Select(n => $"{n} belongs to no source"));
    foreach (CudaManifestSource entry in fresh.Sources)
    {
        if (committed.Sources.FirstOrDefault(s => s.Op == entry.Op)?.Fingerprint != entry.Fingerprint)
        {
            errors.Add($"{entry.Path}, or what goes before it, has changed since its PTX was made");
        }
    }

    bool same = committed.Compiler == fresh.Compiler;
    foreach (string name in expected.Keys.Intersect(found))
    {
        string ptx = File.ReadAllText(Path.Combine(folder, name));
        if (same && ptx != expected[name])
        {
            errors.Add($"{name} is not what {fresh.Compiler} makes of its source");
        }
        else if (!same && !Compiler.Assembles(ptx, name.Split('.')[^2], out string log))
        {
            errors.Add($"{name} does not assemble: {log}");
        }
    }

    errors.ForEach(e => Console.Error.WriteLine($"{e}; run tools/kernels.sh and commit what it writes."));
    Console.WriteLine($"{expected.Count} images, {errors.Count} errors. "
        + (same ? "Bytes compared." : $"Bytes not compared: made by {committed.Compiler}, this is {fresh.Compiler}."));
    return errors.Count == 0;
}

internal sealed class CompileException(string message) : Exception(message);

/// <summary>NVRTC for CUDA C++ to PTX, nvJitLink to see that PTX assembles.</summary>
internal static partial class Compiler
{
    private static readonly string[] s_versions =
        ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "7.7", "7.8", "8.0", "8.1", "8.2", "8.3", "8.4"];

    public static string Name { get; } = FindName();

    /// <summary>Whether the assembler prints each kernel's registers, stack and shared bytes.</summary>
    public static bool ShowsUsage { get; set; }

    /// <summary>The PTX and its version: the first that knows the target and all the instructions.</summary>
    public static (string Ptx, string Version) Compile(CudaSource source, string[] texts, string architecture)
    {
        string unit = string.Join('\n', source.Paths.Zip(texts, (path, text) => $"#line 1 \"{path}\"\n{text}"));
        string[] options =
        [
            .. CudaSource.Flags,
            $"--gpu-architecture=compute_{architecture}",
            .. source.Defines.Select(d => $"--define-macro={d}"),
        ];
        // The pragma only says that some bytes of a load are not used, and drivers before CUDA 12.3 do not know it.
        string ptx = Numbered(UsedBytesPragma().Replace(Translate(unit, source.Path, options), ""));
        string emitted = VersionLine().Match(ptx).Groups[1].Value;
        // The assembler takes a target under a version that did not know it; a driver need not.
        string first = architecture switch { "80" => "7.0", "90" => "7.8", _ => "8.0" };
        IEnumerable<string> versions = s_versions.SkipWhile(v => v != first).TakeWhile(v => v != emitted);
        foreach (string version in ShowsUsage ? [emitted] : versions.Append(emitted))
        {
            string lowered = VersionLine().Replace(ptx, $".version {version}", 1);
            if (Assembles(lowered, architecture, out string log))
            {
                return (lowered, version);
            }

            if (version == emitted)
            {
                throw new CompileException($"{source.ImageName(architecture)} does not assemble: {log}");
            }
        }

        throw new CompileException($"{source.ImageName(architecture)} has no version line.");
    }

    // The compiler counts calls over all that a process has compiled: what came before must not show.
    private static string Numbered(string ptx)
    {
        MatchCollection calls = CallNumber().Matches(ptx);
        long first = calls.Count == 0 ? 0 : calls.Min(NumberOf);
        return CallNumber().Replace(ptx, call => $"callseq {NumberOf(call) - first}");

        static long NumberOf(Match call) => long.Parse(call.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    public static bool Assembles(string ptx, string architecture, out string log)
    {
        string[] options = [$"-arch=sm_{architecture}", .. ShowsUsage ? ["-verbose"] : Array.Empty<string>()];
        int status = JitLink.Create(out nint link, options);
        if (status != 0)
        {
            throw new CompileException($"nvJitLinkCreate for sm_{architecture} gave error {status}.");
        }

        status = JitLink.AddPtx(link, Encoding.ASCII.GetBytes(ptx + "\0"));
        status = status != 0 ? status : JitLink.Complete(link);
        log = Text(JitLink.ErrorLogSize, JitLink.ErrorLog, link);
        JitLink.Destroy(link);
        return status == 0;
    }

    private static string Translate(string unit, string path, string[] options)
    {
        if (Native.CreateProgram(out nint program, unit, path, 0, 0, 0) != 0)
        {
            throw new CompileException("nvrtcCreateProgram failed.");
        }

        int status = Native.CompileProgram(program, options.Length, options);
        string log = Text(Native.ProgramLogSize, Native.ProgramLog, program);
        if (status != 0 || log.Length != 0)
        {
            throw new CompileException($"{path} ({options[CudaSource.Flags.Count]}):\n{log}");
        }

        string ptx = Text(Native.PtxSize, Native.Ptx, program);
        Native.DestroyProgram(ref program);
        return ptx;
    }

    private delegate int SizeOf(nint handle, out nuint size);

    private delegate int Fill(nint handle, byte[] text);

    private static string Text(SizeOf size, Fill fill, nint handle)
    {
        if (size(handle, out nuint bytes) != 0)
        {
            return "";
        }

        byte[] text = new byte[bytes + 1];
        return fill(handle, text) == 0 ? Encoding.UTF8.GetString(text).TrimEnd('\0') : "";
    }

    private static string FindName()
    {
        Native.Version(out int major, out int minor);
        return $"NVRTC {major}.{minor}";
    }

    [GeneratedRegex(@"\bcallseq (\d+)")]
    private static partial Regex CallNumber();

    [GeneratedRegex(@"^\s*\.pragma ""used_bytes_mask \w+"";\n", RegexOptions.Multiline)]
    private static partial Regex UsedBytesPragma();

    [GeneratedRegex(@"^\.version (\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex VersionLine();
}

internal static partial class Native
{
    private const string Nvrtc = "nvrtc";

    public static string Folder { get; set; } = "";

    public static nint Load(string name, System.Reflection.Assembly assembly, DllImportSearchPath? search)
    {
        if (name == Nvrtc)
        {
            // NVRTC opens this one by its bare name: once it is loaded, that finds it in any folder.
            NativeLibrary.Load(Directory.GetFiles(Folder, "libnvrtc-builtins.so.*").Max()!);
        }

        return NativeLibrary.Load(Directory.GetFiles(Folder, $"lib{name}.so.1?").Max()!);
    }

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcVersion")]
    public static partial int Version(out int major, out int minor);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcCreateProgram", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateProgram(
        out nint program, string source, string name, int headerCount, nint headers, nint headerNames);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcCompileProgram", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CompileProgram(nint program, int optionCount, string[] options);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcGetProgramLogSize")]
    public static partial int ProgramLogSize(nint program, out nuint size);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcGetProgramLog")]
    public static partial int ProgramLog(nint program, [Out] byte[] text);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcGetPTXSize")]
    public static partial int PtxSize(nint program, out nuint size);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcGetPTX")]
    public static partial int Ptx(nint program, [Out] byte[] text);

    [LibraryImport(Nvrtc, EntryPoint = "nvrtcDestroyProgram")]
    public static partial int DestroyProgram(ref nint program);
}

/// <summary>nvJitLink, whose functions carry the version of CUDA in their names.</summary>
internal static unsafe class JitLink
{
    private static nint s_library;

    public static int Create(out nint link, string[] options)
    {
        nint[] texts = [.. options.Select(o => Marshal.StringToCoTaskMemUTF8(o))];
        fixed (nint* first = texts, made = new nint[1])
        {
            var create = (delegate* unmanaged<nint*, uint, nint*, int>)Find("Create");
            int status = create(made, (uint)texts.Length, first);
            link = *made;
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
            return status;
        }
    }

    public static int AddPtx(nint link, byte[] ptx)
    {
        const int PtxInput = 2;
        fixed (byte* bytes = ptx, name = "kernels\0"u8)
        {
            return ((delegate* unmanaged<nint, int, byte*, nuint, byte*, int>)Find("AddData"))(
                link, PtxInput, bytes, (nuint)ptx.Length, name);
        }
    }

    public static int Complete(nint link) => ((delegate* unmanaged<nint, int>)Find("Complete"))(link);

    public static int Destroy(nint link) => ((delegate* unmanaged<nint*, int>)Find("Destroy"))(&link);

    public static int ErrorLogSize(nint link, out nuint size) => Size("GetErrorLogSize", link, out size);

    public static int ErrorLog(nint link, byte[] text) => Fill("GetErrorLog", link, text);

    private static int Size(string function, nint link, out nuint size)
    {
        nuint found;
        int status = ((delegate* unmanaged<nint, nuint*, int>)Find(function))(link, &found);
        size = found;
        return status;
    }

    private static int Fill(string function, nint link, byte[] text)
    {
        fixed (byte* bytes = text)
        {
            return ((delegate* unmanaged<nint, byte*, int>)Find(function))(link, bytes);
        }
    }

    private static void* Find(string function)
    {
        if (s_library == 0)
        {
            s_library = Native.Load("nvJitLink", typeof(JitLink).Assembly, null);
        }

        Native.Version(out int major, out _);
        return (void*)NativeLibrary.GetExport(s_library, $"__nvJitLink{function}_{major}_0");
    }
}
