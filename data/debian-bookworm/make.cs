#:project ../../src/Formats/Formats.csproj
#:property RestorePackagesWithLockFile=false
// Writes the extract: dotnet run make.cs FOLDER INDEX...
using Linr.Formats;

DebianCatalogue catalogue = DebianCatalogue.Read(args[1..]);
catalogue.WriteExtract(args[0]);
Console.WriteLine($"{catalogue.Items.Count} items, {catalogue.Interactions.Count} interactions");
