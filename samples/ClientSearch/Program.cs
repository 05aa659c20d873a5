using Linr.Client;

// Items like others, from a service: a few megabytes that need no .NET where they run.
//   dotnet publish samples/ClientSearch -c Release -p:Native=true
//   ClientSearch http://localhost:7701 packages "section = 'devel'" python3-numpy python3-scipy
if (args is not [var address, var model, var filter, _, ..])
{
    Console.Error.WriteLine("Expected ADDRESS MODEL FILTER ITEM…, the filter perhaps empty.");
    return 2;
}

using var client = new LinrClient(address);
try
{
    SearchResponse response = await client.SearchAsync(new SearchRequest
    {
        Model = model, Items = [.. args[3..].Select(id => new ItemId(id))], Filter = filter.Length == 0 ? null : filter,
    });
    foreach (Hit hit in response.Hits)
    {
        Console.WriteLine($"{hit.Score:F4} {hit.Id}");
    }

    Console.WriteLine($"{response.RowsPassed:N0} of {response.RowsScanned:N0} items passed.");
    Console.WriteLine($"{response.Model}@{response.Version}, {(response.Exact ? "exact" : response.Mode)}");
    return 0;
}
catch (LinrException error)
{
    Console.Error.WriteLine($"{error.Status}: {error.Message}");
    return 1;
}
