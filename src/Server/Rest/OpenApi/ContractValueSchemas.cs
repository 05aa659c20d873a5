using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Rest.OpenApi;

/// <summary>The schemas of messages that have a JSON form of their own.</summary>
internal static class ContractValueSchemas
{
    /// <summary>Makes a schema that of a message; false where it is an object of its fields.</summary>
    public static bool TryFill(OpenApiSchema schema, MessageDescriptor message, ContractSchemas schemas)
    {
        if (message == V1.ItemId.Descriptor)
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Integer;
            schema.Format = "int64";
        }
        else if (message == V1.ItemIds.Descriptor)
        {
            Fill(schema, ListOf(schemas.Of(V1.ItemId.Descriptor)));
        }
        else if (message == V1.Value.Descriptor)
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean;
            schema.Description
                = "A text, a number or a truth value. Dates are texts of ISO 8601, bytes texts in base 64.";
        }
        else if (message == V1.Values.Descriptor)
        {
            IOpenApiSchema value = schemas.Of(V1.Value.Descriptor);
            schema.Description
                = "All values of a field. One alone may be sent without a list, and null for none; answers have lists.";
            schema.AnyOf = [ListOf(value), value, new OpenApiSchema { Type = JsonSchemaType.Null }];
        }
        else if (message == V1.Vector.Descriptor)
        {
            Fill(schema, ListOf(new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" }));
        }
        else if (message == V1.Parameter.Descriptor)
        {
            IOpenApiSchema value = schemas.Of(V1.Value.Descriptor);
            schema.AnyOf = [value, ListOf(value), Ids(schemas)];
        }
        else if (message == V1.Filter.Descriptor)
        {
            var whole = new OpenApiSchema();
            schemas.FillObject(whole, message);
            schema.AnyOf =
            [
                new OpenApiSchema
                {
                    Type = JsonSchemaType.String, Description = "The filter as text, such as genres = 'Comedy'.",
                },
                whole,
            ];
        }
        else
        {
            return false;
        }

        return true;
    }

    private static OpenApiSchema Ids(ContractSchemas schemas) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema> { ["ids"] = ListOf(schemas.Of(V1.ItemId.Descriptor)) },
        Required = new HashSet<string> { "ids" },
        AdditionalPropertiesAllowed = false,
    };

    private static OpenApiSchema ListOf(IOpenApiSchema items)
        => new() { Type = JsonSchemaType.Array, Items = items };

    private static void Fill(OpenApiSchema schema, OpenApiSchema list)
        => (schema.Type, schema.Items) = (list.Type, list.Items);
}
