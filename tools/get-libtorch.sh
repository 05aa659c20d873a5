#!/usr/bin/env bash
# Restores libtorch for the CPU from NuGet into a folder that training finds by itself (about 460 MB).
#   tools/get-libtorch.sh [FOLDER]     default: linr/libtorch under the user's data folder
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/linr/libtorch}
files=(libc10.so libgomp-98b21ff3.so.1 libtorch.so libtorch_cpu.so)

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "This script knows Linux on x86-64 only; elsewhere name a folder of libtorch with --libtorch." >&2
    exit 1
fi

version=$(sed -n 's/.*"libtorch-cpu-linux-x64" Version="\([^"]*\)".*/\1/p' Directory.Packages.props)
if [ "$(cat "$folder/version.txt" 2>/dev/null)" = "$version" ]; then
    exit 0
fi

echo "Restoring libtorch $version into $folder"
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
cat > "$draft/get.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="libtorch-cpu-linux-x64" Version="[$version]" /></ItemGroup>
</Project>
PROJECT
dotnet restore "$draft/get.csproj" --packages "$draft/packages" --nologo -v quiet
package="$draft/packages/libtorch-cpu-linux-x64/$version"
mkdir -p "$folder"
for file in "${files[@]}"; do
    mv "$package/runtimes/linux-x64/native/$file" "$folder/"
done
cp "$package/LICENSE-LIBTORCH.txt" "$folder/"

# Last, so that a restore that was cut off is done again.
echo "$version" > "$folder/version.txt"
