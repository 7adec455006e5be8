// Scans the QR code with the phone's camera, where the browser can read QR codes itself; else the page does without.
"use strict";

const EVERY_MS_SCAN = 250;

const place = document.querySelector("[data-scan]");
const canScan = "BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
if (place && canScan) {
  const box = document.getElementById("camera");
  const film = document.getElementById("viewfinder");
  const trouble = document.getElementById("camera-trouble");
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  box.hidden = false;

  const look = async () => {
    const found = await detector.detect(film).catch(() => []);
    const ours = found.map((code) => code.rawValue).find((text) => text.startsWith(place.dataset.scan));
    if (ours) {
      window.location.assign(ours);
    } else {
      window.setTimeout(look, EVERY_MS_SCAN);
    }
  };

  document.getElementById("open-camera").addEventListener("click", async (event) => {
    try {
      film.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await film.play();
      film.hidden = false;
      event.target.hidden = true;
      look();
    } catch {
      trouble.textContent = trouble.dataset.text;
    }
  });
}
