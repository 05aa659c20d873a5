using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Cli.Data;

/// <summary>What is known of users: inputs of the query tower, in a file of the same form as items.</summary>
/// <param name="Schema">The fields, each a feature, and the users' kind of id.</param>
/// <param name="Users">The users, read anew at each enumeration.</param>
internal sealed record UserFeatures(Schema Schema, IEnumerable<Item> Users)
{
    /// <summary>Finds out what a file says of users: every field that a tower can read is a feature.</summary>
    /// <exception cref="DataFormatException">The file is not of its format.</exception>
    public static UserFeatures Infer(string path, ItemOptions options, ReadReport report)
    {
        ItemOptions found = ItemFile.Infer(path, options).Apply(options);
        Schema schema = found.Schema! with
        {
            Fields =
            [
                .. found.Schema.Fields.Where(field => field.Type is not (FieldType.Bytes or FieldType.Json))
                    .Select(field => field with { Roles = FieldRoles.Feature }),
            ],
            Embeddings = [],
        };
        return new UserFeatures(schema, ItemFile.Read(path, found with { Schema = schema }, report));
    }

    /// <summary>The data with these features.</summary>
    /// <exception cref="ArgumentException">None of the users is one of the data's.</exception>
    public InteractionDataset AddTo(InteractionDataset data)
    {
        Dictionary<ItemId, Item> users = [];
        foreach (Item user in Users)
        {
            users[user.Id] = user;
        }

        return data.Users.Any(users.ContainsKey)
            ? data.WithQueryFeatures(Schema.Fields, user => users.GetValueOrDefault(user)?.Fields)
            : throw new ArgumentException(
                $"User features: expected users of the interactions, such as {data.Users[0]}; found "
                + $"{users.Count} others, such as {users.Keys.FirstOrDefault()}.");
    }
}
