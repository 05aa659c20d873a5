using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Linr.Server.Options;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Certificates;

/// <summary>Who has a certificate that the handshake took.</summary>
internal sealed class CertificateCallers(IOptions<ServerOptions> options, TimeProvider time)
{
    private const string AlternativeNames = "2.5.29.17";
    private readonly FrozenDictionary<string, Caller> _callers =
        options.Value.Auth.ClientCertificates.Callers.ToFrozenDictionary(
            one => one.Name,
            one => new Caller(one.Name, ScopeWords.Parse(one.Scopes, one.Name))
            {
                Credential = $"certificate {one.Name}", Models = one.Models,
            },
            StringComparer.Ordinal);

    /// <summary>
    /// The caller; null where no setting names him, or the certificate ended while its connection went on.
    /// </summary>
    public Caller? Find(X509Certificate2 certificate)
    {
        DateTime now = time.GetUtcNow().LocalDateTime;
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            return null;
        }

        foreach (string name in NamesOf(certificate))
        {
            if (_callers.TryGetValue(name, out Caller? caller))
            {
                return caller;
            }
        }

        return null;
    }

    /// <summary>The alternative names of a certificate; its common name where it has none.</summary>
    internal static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (X509Extension extension in certificate.Extensions.Where(one => one.Oid?.Value == AlternativeNames))
        {
            ReadNames(extension.RawData, names);
        }

        // As RFC 6125 has it: the common name counts where there is nothing better.
        if (names.Count == 0)
        {
            names.Add(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        }

        return names;
    }

    // X509SubjectAlternativeNameExtension leaves out URIs, which SPIFFE ids are.
    private static void ReadNames(byte[] encoded, List<string> names)
    {
        try
        {
            AsnReader list = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
            while (list.HasData)
            {
                // GeneralName of RFC 5280: [1] mail, [2] DNS, [6] URI, all of them IA5String.
                Asn1Tag tag = list.PeekTag();
                if (tag is { TagClass: TagClass.ContextSpecific, TagValue: 1 or 2 or 6 })
                {
                    names.Add(list.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                }
                else
                {
                    list.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            // An authority signed something else: it names nobody.
            names.Clear();
        }
    }
}
