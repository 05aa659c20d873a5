using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Linr.Protocol;

namespace Linr.Server.Rest.OpenApi;

/// <summary>The comments of the contract, by what they are of.</summary>
internal sealed class ContractComments
{
    private readonly FrozenDictionary<string, string> _comments;

    /// <summary>Reads them.</summary>
    public ContractComments()
    {
        var comments = new Dictionary<string, string>();
        foreach (FileDescriptor file in Contract.ReadFiles())
        {
            foreach (MessageDescriptor message in file.MessageTypes)
            {
                Add(message, message.Declaration);
                foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
                {
                    Add(field, field.Declaration);
                }
            }

            foreach (ServiceDescriptor service in file.Services)
            {
                Add(service, service.Declaration);
                foreach (MethodDescriptor method in service.Methods)
                {
                    Add(method, method.Declaration);
                }
            }
        }

        _comments = comments.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(IDescriptor of, DescriptorDeclaration? declaration)
        {
            if (declaration is { LeadingComments.Length: > 0 })
            {
                string[] lines = declaration.LeadingComments.Split('\n', StringSplitOptions.TrimEntries);
                comments.Add(of.FullName, string.Join(' ', lines.Where(line => line.Length > 0)));
            }
        }
    }

    /// <summary>The comment of a message, field, service or call; null where it has none.</summary>
    public string? Find(IDescriptor of) => _comments.GetValueOrDefault(of.FullName);
}
