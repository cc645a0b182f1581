/** Bytes and frames of a connection so far, as `getStats` counts them. */
export async function trafficOf(connection) {
  const traffic = { audioIn: 0, audioOut: 0, videoIn: 0, videoOut: 0, framesDecoded: 0, videosIn: 0 };
  for (const report of (await connection.getStats()).values()) {
    if (report.type === 'inbound-rtp') {
      traffic[`${report.kind}In`] += report.bytesReceived;
      traffic.framesDecoded += report.framesDecoded ?? 0;
      if (report.kind === 'video' && report.bytesReceived > 0) traffic.videosIn++;
    }
    if (report.type === 'outbound-rtp') traffic[`${report.kind}Out`] += report.bytesSent;
  }
  return traffic;
}
