#!/usr/bin/env bash
# infra/snapshot.sh validate|overwrite: what a deployment of each stage would create, without Azure. Needs a restored
# Shop.Tests, which brings the compiler.
set -euo pipefail
cd "$(dirname "$0")"
version=$(sed -n 's:.*<BicepVersion>\(.*\)</BicepVersion>.*:\1:p' ../Directory.Packages.props)
bicep=${NUGET_PACKAGES:-$HOME/.nuget/packages}/azure.bicep.commandline.linux-x64/$version/tools/bicep
nobody=00000000-0000-0000-0000-000000000000
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
for stage in dev prod; do
  "$bicep" snapshot "$stage.bicepparam" --mode "${1:?validate or overwrite}" --subscription-id "$nobody" \
    --tenant-id "$nobody" --resource-group "shop-$stage" --location westeurope
done
