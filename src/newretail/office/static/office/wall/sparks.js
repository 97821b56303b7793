// Behind everything: each order is a spark that rises. A fixed pool; more orders than sparks make them brighter.

const POOL = 260;

export class Sparks {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.x = new Float32Array(POOL);
    this.y = new Float32Array(POOL);
    this.speed = new Float32Array(POOL);
    this.life = new Float32Array(POOL);
    this.next = 0;
    this.owed = 0;
    this.resize();
  }

  resize() {
    this.scale = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(innerWidth * this.scale);
    this.canvas.height = Math.round(innerHeight * this.scale);
  }

  frame(seconds, model) {
    const { context, canvas } = this;
    this.owed = Math.min(this.owed + model.rises * 0.35, 60);
    model.rises = 0;
    for (let born = 0; this.owed >= 1 && born < 4; born++, this.owed--) this.bear();
    context.clearRect(0, 0, canvas.width, canvas.height);
    const unit = Math.max(1, canvas.height / 540);
    for (let i = 0; i < POOL; i++) {
      if (this.life[i] <= 0) continue;
      this.life[i] -= seconds * 0.42;
      this.y[i] -= this.speed[i] * seconds * canvas.height;
      const glow = Math.max(0, this.life[i]);
      const tail = this.speed[i] * canvas.height * 0.16;
      context.fillStyle = `rgba(255, ${90 + (i % 90)}, ${50 + (i % 40)}, ${glow * 0.16})`;
      context.fillRect(this.x[i], this.y[i], unit, tail);
      context.fillStyle = `rgba(255, 214, 130, ${glow * 0.6})`;
      context.fillRect(this.x[i] - unit / 2, this.y[i] - unit, unit * 2, unit * 2);
    }
  }

  bear() {
    const i = (this.next = (this.next + 1) % POOL);
    this.x[i] = Math.random() * this.canvas.width;
    this.y[i] = this.canvas.height * (0.75 + Math.random() * 0.3);
    this.speed[i] = 0.12 + Math.random() * 0.3;
    this.life[i] = 1;
  }
}
