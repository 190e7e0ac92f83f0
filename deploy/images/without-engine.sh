#!/usr/bin/env bash
# Builds the images of the Dockerfile and runs a farm from them where there is no container engine and no registry of images:
# buildah (Debian's package, chroot isolation) takes every step of the Dockerfile, on a Debian made by debootstrap in place of
# the official Node image. Needs root on Debian. What it cannot show: a read-only root and limits, which buildah's chroot does
# not enforce, and node-gpu, whose base is on a registry.
#
#   bash deploy/images/without-engine.sh [FOLDER]        # FOLDER keeps what was made, 3 GB; /tmp/tessera-images by default
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-/tmp/tessera-images}
mkdir -p "$folder"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
export CONTAINERS_STORAGE_CONF="$folder/storage.conf"
printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/storage"\n' "$folder" "$folder" >"$CONTAINERS_STORAGE_CONF"
base=localhost/node:debian

command -v buildah debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends buildah debootstrap

if ! buildah inspect "$base" >/dev/null 2>&1; then
  echo "A Debian with this machine's Node $(node --version)"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$folder/debian" >"$folder/debootstrap.log"
  cp "$(readlink -f "$(command -v node)")" "$folder/debian/usr/local/bin/node"
  cp -R "$(npm root --global)/npm" "$folder/debian/usr/local/lib/npm"
  ln -sf ../lib/npm/bin/npm-cli.js "$folder/debian/usr/local/bin/npm"
  container=$(buildah from scratch)
  buildah copy -q "$container" "$folder/debian" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit -q "$container" "$base" >/dev/null
  buildah rm "$container" >/dev/null
fi

# How this machine reaches npm is its own affair, and stays out of the image.
reach=(--volume /etc/ssl/certs:/etc/ssl/certs:ro)
for file in "$HOME/.npmrc" /etc/npmrc; do [ -f "$file" ] && reach+=(--volume "$file:/root/.npmrc:ro"); done
for target in coordinator node-cpu; do
  echo "Image tessera/$target"
  buildah bud --quiet --layers "${reach[@]}" --build-arg "NODE_IMAGE=$base" --target "$target" \
    -t "localhost/tessera/$target:dev" -f deploy/images/Dockerfile . >"$folder/$target.log"
done
buildah images

# A farm of one coordinator and two nodes, each from its image, and a picture from it.
nats=$(node -p 'JSON.parse(require("child_process").execFileSync("node", ["scripts/nats-server.mjs"])).server')
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
"$nats" -js -sd "$folder/jetstream" -a 127.0.0.1 -p 14222 >"$folder/nats.log" 2>&1 &
pids+=($!)
rm -rf "$folder/state" && mkdir -p "$folder/state" && chown 10001:10001 "$folder/state"
from() {
  local name=$1 image=$2
  shift 2
  local container
  container=$(buildah from "localhost/tessera/$image:dev")
  buildah run --user 10001:10001 --volume "$folder/state:/var/lib/tessera" "$container" -- \
    node /app/cli/bin/tessera.js "$@" >"$folder/$name.log" 2>&1 &
  pids+=($!)
}
from coordinator coordinator coordinator --grpc 127.0.0.1:15051 --state /var/lib/tessera --nats nats://127.0.0.1:14222
from one node-cpu node --listen 127.0.0.1:15061 --name one --threads 1 --nats nats://127.0.0.1:14222
from two node-cpu node --listen 127.0.0.1:15062 --name two --threads 1 --nats nats://127.0.0.1:14222
timeout 60 bash -c 'until grep -q 15051 "$0"; do sleep 1; done' "$folder/coordinator.log"
client() { node cli/bin/tessera.js "$@" --coordinator 127.0.0.1:15051; }
id=$(client submit --size 1024x1024 --seed 7 | tail -n 1)
client watch "$id"
client nodes
ls -l "$folder/state/$id"
