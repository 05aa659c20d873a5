namespace Linr.Filters;

/// <summary>Names that the text form writes without quotes, unless they are its own words.</summary>
internal static class PlainName
{
    public static bool Is(string name)
        => name.Length is > 0 and <= Limits.NameLengthMax && IsFirst(name[0]) && name.All(IsNext);

    public static bool IsFirst(char character) => char.IsAsciiLetter(character) || character == '_';

    public static bool IsNext(char character)
        => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';
}
