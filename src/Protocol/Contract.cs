using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Linr.Protocol;

/// <summary>The contract as protoc describes it, with the comments of its files.</summary>
public static class Contract
{
    private const string Resource = "linr.v1.protoset";

    /// <summary>
    /// All files of the contract; their messages, fields and services have their comments as
    /// <see cref="DescriptorDeclaration"/>. They are read anew at each call, and describe no generated class.
    /// </summary>
    public static IReadOnlyList<FileDescriptor> ReadFiles()
    {
        using Stream stream = typeof(Contract).Assembly.GetManifestResourceStream(Resource)!;
        FileDescriptorSet set = FileDescriptorSet.Parser.ParseFrom(stream);
        return FileDescriptor.BuildFromByteStrings(set.File.Select(file => file.ToByteString()));
    }
}
