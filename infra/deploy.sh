#!/usr/bin/env bash
# Brings the shop to Azure Container Apps, first and every time after. docs/deployment.md says what is needed.
#
#   infra/deploy.sh <stage>                          builds what is checked out and rolls it out
#   infra/deploy.sh <stage> rollback <tag>           rolls out images that were pushed before; migrates nothing
#   infra/deploy.sh <stage> first-operator <e-mail>  makes a registered account the first operator
#
# Needs az, signed in (az login), the .NET SDK and curl. LOCATION=westeurope, if the group is to be made.
#
# It may be stopped anywhere and started again: every step looks at what is there. Until the new version has passed its
# smoke test, all requests go to the gateway of the old one.
set -euo pipefail
# An az that fails inside $(…) ends this too; otherwise no answer would look like an empty one.
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

services=(users payments shipping orders gateway)
# Named where Users is given it; another name there makes another certificate.
certificate=$(sed -n "s/.*KeyEncryption__CertificateData', secret: '\([^']*\)'.*/\1/p" infra/services.bicep)
poll=${POLL_SECONDS:-5}
timeout=${TIMEOUT_SECONDS:-900}

usage() { sed -n '4,6s/^# *//p' infra/deploy.sh >&2; exit 2; }
say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }

stage=${1:-}
command=${2:-deploy}
[ -n "$stage" ] && [ -f "infra/$stage.bicepparam" ] || usage
group=shop-$stage
location=${LOCATION:-westeurope}

# bicep <step> <tag> <release> <revision of the gateway that keeps the traffic>
bicep() {
  STEP=$1 IMAGE_TAG=$2 RELEASE=$3 GATEWAY_REVISION=$4 az deployment group create --resource-group "$group" \
    --name "shop-$1-$3" --parameters "infra/$stage.bicepparam" --output none
}

output_of() {
  az deployment group show --resource-group "$group" --name "$1" --query "properties.outputs.$2.value" --output tsv
}

# until_is <what> <command...>: waits until the command prints yes; no ends it at once, anything else is asked again.
until_is() {
  local what=$1 seen='' deadline=$((SECONDS + timeout))
  shift
  while [ "$SECONDS" -le "$deadline" ]; do
    seen=$("$@") || seen="(no answer)"
    case $seen in
      yes) return 0 ;;
      no*) break ;;
    esac
    sleep "$poll"
  done
  say "$what: last seen ${seen:-nothing}" >&2
  return 1
}

execution_succeeded() {
  local status
  status=$(az containerapp job execution show --resource-group "$group" --name "$1" --job-execution-name "$2" \
    --query properties.status --output tsv)
  case $status in
    Succeeded) echo yes ;;
    Failed | Stopped | Degraded) echo "no: $status" ;;
    *) echo "$status" ;;
  esac
}

run_job() {
  local execution
  say "Job $1"
  execution=$(az containerapp job start --resource-group "$group" --name "$1" --query name --output tsv) || return 1
  until_is "$1" execution_succeeded "$1" "$execution" && return 0
  say "Its log: az containerapp job logs show -g $group -n $1 --execution $execution --container $1" >&2
  return 1
}

revision_is_ready() {
  local state
  state=$(az containerapp revision show --resource-group "$group" --name "$1" --revision "$2" \
    --query "join(' ', [properties.runningState, properties.healthState])" --output tsv)
  case $state in
    Running*" Healthy") echo yes ;;
    Failed*) echo "no: $state" ;;
    *) echo "$state" ;;
  esac
}

# The revision of the gateway that has the traffic; empty before the first deployment.
gateway_revision() {
  local pinned latest
  pinned=$(az containerapp list --resource-group "$group" --output tsv \
    --query "[?name=='gateway'].properties.configuration.ingress.traffic[] | [?weight==\`100\`].revisionName | [0]")
  latest=$(az containerapp list --resource-group "$group" --output tsv \
    --query "[?name=='gateway'].properties.latestReadyRevisionName | [0]")
  [ "$pinned" != None ] || pinned=''
  [ "$latest" != None ] || latest=''
  echo "${pinned:-$latest}"
}

tag_of() {
  local image
  image=$(az containerapp revision show --resource-group "$group" --name gateway --revision "$1" \
    --query "properties.template.containers[0].image" --output tsv)
  echo "${image##*:}"
}

# Each answer goes through another service, and none needs an account.
smoke_test() {
  local url=$1 path
  say "Smoke test of $url"
  for path in '/api/products?limit=1' /.well-known/openid-configuration /api/shipping/rates; do
    curl --fail --silent --show-error --max-time 10 --retry 6 --retry-delay "$poll" --retry-all-errors \
      --output /dev/null "$url$path" || return 1
  done
  [ "$(curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' \
    "$url/api/payments/00000000-0000-7000-8000-000000000000")" = 401 ]
}

move_traffic() {
  az containerapp ingress traffic set --resource-group "$group" --name gateway --revision-weight "$1=100" --output none
}

services_are_ready() {
  local service
  for service in "${services[@]}"; do
    until_is "$service" revision_is_ready "$service" "$service--$1" || return 1
  done
}

new_release() { echo "r$(tr -cd 'a-z0-9' <<<"${1:0:10}")-$(date -u +%d%H%M%S)"; }

# Puts the services back to the version whose gateway has the traffic.
go_back() {
  local revision=$1 tag release
  [ -n "$revision" ] || fail "$2. This was the first deployment: there is nothing to go back to."
  tag=$3
  release=$(new_release "$tag")
  say "$2: back to $tag" >&2
  move_traffic "$revision"
  bicep apps "$tag" "$release" "$revision"
  services_are_ready "$release" || fail "$2, and $tag does not become ready either."
  az containerapp revision deactivate --resource-group "$group" --name gateway --revision "gateway--$release" --output none
  fail "$2. All requests are answered by $tag again."
}

roll_out() {
  local tag=$1 release=$2 old domain url before
  old=$(gateway_revision)
  before=$([ -z "$old" ] || tag_of "$old")
  say "Roll-out of $tag as $release; requests stay with ${old:-nobody}"
  bicep apps "$tag" "$release" "$old" || go_back "$old" "The roll-out failed" "$before"
  services_are_ready "$release" || go_back "$old" "$tag does not become ready" "$before"
  domain=$(output_of "shop-apps-$release" environmentDomain)
  url=https://gateway.$domain
  [ -z "$old" ] || url=https://gateway---next.$domain
  smoke_test "$url" || go_back "$old" "The smoke test failed" "$before"
  move_traffic "gateway--$release"
  smoke_test "https://gateway.$domain" || go_back "$old" "The smoke test with all traffic failed" "$before"
  if [ -n "$old" ] && [ "$old" != "gateway--$release" ]; then
    az containerapp revision deactivate --resource-group "$group" --name gateway --revision "$old" --output none
  fi
  say "$tag answers all requests. Back: infra/deploy.sh $stage rollback ${before:-<tag>}"
}

make_certificate() {
  local vault=$1 known
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    # The right to do this is new at the first deployment, and takes minutes to be known everywhere.
    if known=$(az keyvault certificate list --vault-name "$vault" --query "[?name=='$certificate'] | length(@)" --output tsv); then
      [ "$known" = 0 ] || return 0
      say "Certificate $certificate"
      az keyvault certificate create --vault-name "$vault" --name "$certificate" --policy @infra/key-encryption.json --output none
      return 0
    fi
    sleep "$poll"
  done
  fail "No access to the certificates of $vault."
}

push_images() {
  local registry=$1 tag=$2 service
  DOTNET_CONTAINER_REGISTRY_UNAME=00000000-0000-0000-0000-000000000000
  DOTNET_CONTAINER_REGISTRY_PWORD=$(az acr login --name "${registry%%.*}" --expose-token --query accessToken --output tsv)
  export DOTNET_CONTAINER_REGISTRY_UNAME DOTNET_CONTAINER_REGISTRY_PWORD
  for service in "${services[@]}"; do
    say "Image shop/$service:$tag"
    dotnet publish "Shop.${service^}" --configuration Release --runtime linux-x64 --no-self-contained -v quiet \
      -t:PublishContainer "-p:ContainerRegistry=$registry" "-p:ContainerRepository=shop/$service" "-p:ContainerImageTag=$tag"
  done
}

deploy() {
  local tag release vault registry job jobs
  tag=${IMAGE_TAG:-$(git rev-parse --short=10 HEAD)}
  # A tag names one content.
  [ -n "${IMAGE_TAG:-}" ] || [ -z "$(git status --porcelain)" ] || fail "There are changes that are not committed."
  release=$(new_release "$tag")
  say "Platform"
  az group create --name "$group" --location "$location" --output none
  bicep platform "$tag" "$release" ''
  vault=$(output_of "shop-platform-$release" vaultName)
  make_certificate "$vault"
  registry=$(output_of "shop-platform-$release" registryServer)
  push_images "$registry" "$tag"
  say "Migrations"
  bicep jobs "$tag" "$release" ''
  jobs=$(output_of "shop-jobs-$release" jobs)
  for job in $jobs; do
    run_job "$job" || fail "$job: nothing was rolled out, the version before runs on."
  done
  roll_out "$tag" "$release"
}

case $command in
  deploy)
    deploy
    ;;
  rollback)
    tag=${3:-}
    [ -n "$tag" ] || usage
    roll_out "$tag" "$(new_release "$tag")"
    ;;
  first-operator)
    email=${3:-}
    [ -n "$email" ] || usage
    az containerapp job update --resource-group "$group" --name first-operator --args first-operator "$email" --output none
    run_job first-operator || fail "There is no first operator."
    say "$email is an operator. Sign in again."
    ;;
  *)
    usage
    ;;
esac
