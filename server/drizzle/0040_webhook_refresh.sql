ALTER TABLE "webhooks" ADD COLUMN "capabilities" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "mediated" boolean DEFAULT false NOT NULL;