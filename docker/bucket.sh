#!/bin/sh
# The bucket for photos, and its rule: what lies under pieces/ for 30 days is a piece of an upload that a killed
# process left behind, and goes. May run again and again. Needs `weed` (SeaweedFS) in PATH.
#   sh bucket.sh BUCKET MASTER FILER
set -eu
weed shell -master="$2" -filer="$3" <<END || true
s3.bucket.create -name $1
END
weed shell -master="$2" -filer="$3" <<END
fs.configure -locationPrefix=/buckets/$1/pieces/ -ttl=30d -apply
END
