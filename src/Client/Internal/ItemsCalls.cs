using V1 = Linr.Protocol.V1;

namespace Linr.Client.Internal;

/// <summary>The calls of the service Items.</summary>
/// <param name="client">Makes them.</param>
internal sealed class ItemsCalls(V1.Items.ItemsClient client)
{
    private const string Service = "linr.v1.Items";

    public Call<V1.WriteRequest, V1.WriteResponse> Write { get; } = new(new(Service, "Write"), client.WriteAsync);

    public Call<V1.GetRequest, V1.GetResponse> Get { get; } = new(new(Service, "Get"), client.GetAsync);

    public Call<V1.ScrollRequest, V1.ScrollResponse> Scroll { get; } = new(new(Service, "Scroll"), client.ScrollAsync);

    public CallName WriteStream { get; } = new(Service, "WriteStream");
}
