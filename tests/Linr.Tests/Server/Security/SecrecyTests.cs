using System.Text;
using Grpc.Core;
using Grpc.Net.Client;

namespace Linr.Tests.Server.Security;

/// <summary>What callers show is in no log, no audit line and no answer.</summary>
public sealed class SecrecyTests(SecuredServer server) : IClassFixture<SecuredServer>
{
    [Fact]
    public async Task No_key_token_or_hash_is_told_to_anybody()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var answers = new StringBuilder();
        CallRow[] rows = [CallTable.Rows["linr.v1.Models/ListModels"], CallTable.Rows["linr.v1.Items/Write"]];
        foreach (TestCaller caller in server.Callers.Where(one => !one.IsCutOff))
        {
            using HttpClient http = server.Http(caller);
            using HttpResponseMessage response = await http.GetAsync("/v1/models", cancellation);
            answers.Append(response.Headers).AppendLine(await response.Content.ReadAsStringAsync(cancellation));
            using GrpcChannel channel = server.Channel(caller);
            foreach (CallRow row in rows)
            {
                (Status status, Metadata headers, _) = await channel.CreateCallInvoker().SendAsync(
                    row.Call, row.Request, SecuredServer.MetadataOf(caller), cancellation);
                answers.AppendLine(status.ToString()).AppendJoin('\n', headers);
            }
        }

        string logs = string.Join('\n', server.LogLines);
        string audit = string.Join('\n', server.AuditLines);
        // They are there, down to what the server traces.
        Assert.Contains("Trace Microsoft.AspNetCore", logs, StringComparison.Ordinal);
        Assert.Contains("/v1/models", logs, StringComparison.Ordinal);
        Assert.Contains("\"credential\":\"key ", audit, StringComparison.Ordinal);
        Assert.True(server.Secrets.Count > 40, $"{server.Secrets.Count} secrets");
        foreach (string secret in server.Secrets)
        {
            Assert.DoesNotContain(secret, logs, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, audit, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, answers.ToString(), StringComparison.Ordinal);
        }
    }
}
