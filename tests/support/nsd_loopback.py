"""A bucket on this computer, for tests of what comes from a public one."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

from cortex2image.data.nsd.manifest import BUCKET


class LoopbackBucket:
    """An S3 server with one empty bucket, and a client that may write to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.client.create_bucket(Bucket=BUCKET, ACL="public-read")

    def put(self, key: str, content: bytes) -> None:
        """Store an object that everybody may read."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content, ACL="public-read")

    def put_in_parts(self, key: str, content: bytes) -> None:
        """Store an object as large ones are stored, so that its ETag is not the MD5 of its content."""
        where = {"Bucket": BUCKET, "Key": key}
        begun = self.client.create_multipart_upload(**where, ACL="public-read")
        upload = where | {"UploadId": begun["UploadId"]}
        sent = self.client.upload_part(**upload, PartNumber=1, Body=content)
        parts = [{"ETag": sent["ETag"], "PartNumber": 1}]
        self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        self.client.put_object_acl(**where, ACL="public-read")

    def clear(self) -> None:
        """Remove every object."""
        for item in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.client.delete_object(Bucket=BUCKET, Key=item["Key"])


@contextmanager
def loopback_bucket() -> Iterator[LoopbackBucket]:
    """Yield a bucket that is gone afterwards."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield LoopbackBucket(f"http://{host}:{port}")
    finally:
        server.stop()
